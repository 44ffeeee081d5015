import { Button } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useEventTypeName } from '../parts/use-names.ts';
import { undoShownMs, type Judged } from './use-verdicts.ts';

/** Five seconds to take the verdict back; the line shows how much of them is left. */
export function UndoBar({ judged, onUndo, onOver }: { readonly judged: Judged; readonly onUndo: () => void; readonly onOver: () => void }) {
  const { t } = useTranslation();
  const name = useEventTypeName();
  useEffect(() => {
    const timer = setTimeout(onOver, Math.max(0, judged.at + undoShownMs - Date.now()));
    return () => clearTimeout(timer);
  }, [judged, onOver]);
  const { verdict, alert } = judged;
  const done = verdict.kind === 'reject' ? t('undo.rejected', { reason: t(`reason.${verdict.input.reason}`) })
    : verdict.kind === 'merge' ? t('undo.merged') : verdict.input.fileAndDispatch === undefined ? t('undo.confirmed') : t('undo.dispatched');
  return (
    <div className="undo-bar" role="status" data-testid="undo-bar">
      <span className="clip-text">{name(alert)} · {done}</span>
      <Button size="small" onClick={onUndo} data-testid="undo">{t('undo.do')} <kbd>u</kbd></Button>
      <i key={judged.at} style={{ animationDuration: `${undoShownMs}ms` }} />
    </div>
  );
}
