import { useTranslation } from 'react-i18next';
import type { Severity } from '../../../../domain/camera.ts';
import './severity.css';

const shapes: Record<Severity, string> = { low: '▽', normal: '', high: '▲', urgent: '◆' };

/** Shape and colour for what is above or below the ordinary; the ordinary stays silent. */
export function SeverityMark({ severity, words = false }: { readonly severity: Severity; readonly words?: boolean }) {
  const { t } = useTranslation();
  if (severity === 'normal' && !words) return null;
  const text = t(`severity.${severity}`);
  return <span className={`severity ${severity}`} title={text}><span aria-hidden>{shapes[severity]}</span>{words ? ` ${text}` : <span className="sr">{text}</span>}</span>;
}
