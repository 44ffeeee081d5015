import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { AlertView } from '../../../../domain/views.ts';
import { Picture } from '../parts/picture.tsx';
import { SeverityMark } from '../parts/severity.tsx';
import { span } from '../parts/time.ts';
import { useFromNow } from '../parts/use-now.ts';
import { useEventTypeName } from '../parts/use-names.ts';

const rowHeight = 68;

interface QueueListProps {
  readonly rows: readonly AlertView[];
  readonly selected: string | null;
  readonly myId: string;
  readonly onSelect: (id: string) => void;
  readonly onEnd: () => void;
}

export function QueueList({ rows, selected, myId, onSelect, onEnd }: QueueListProps) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => rowHeight, overscan: 6, getItemKey: (index) => rows[index]?.id ?? index });
  const index = rows.findIndex((row) => row.id === selected);

  useEffect(() => {
    if (index >= 0) virtual.scrollToIndex(index, { align: 'auto' });
    // Only a new choice scrolls; rows that arrive do not.
    // (deliberately not all that it uses)
  }, [selected]);
  useSteadyScroll(box, rows);

  const lastShown = virtual.getVirtualItems().at(-1)?.index ?? 0;
  useEffect(() => {
    if (rows.length > 0 && lastShown >= rows.length - 10) onEnd();
  }, [lastShown, rows.length, onEnd]);

  return (
    <div className="queue-list" ref={box} role="listbox" aria-label={t('alerts.queue')} aria-activedescendant={selected === null ? undefined : `alert-${selected}`} tabIndex={0} data-testid="alert-queue">
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          return row === undefined ? null : (
            <div key={item.key} className="queue-slot" style={{ transform: `translateY(${item.start}px)`, height: rowHeight }}>
              <QueueRow row={row} selected={row.id === selected} mine={row.claim?.by.id === myId} onSelect={onSelect} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Rows put in above do not push what somebody looks at: unless the list stands at its top, the scroll moves with them. */
function useSteadyScroll(box: React.RefObject<HTMLDivElement | null>, rows: readonly AlertView[]): void {
  const anchor = useRef<{ id: string; index: number } | null>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const before = anchor.current;
    if (before !== null && element.scrollTop > rowHeight / 2) {
      const now = rows.findIndex((row) => row.id === before.id);
      if (now > before.index) element.scrollTop += (now - before.index) * rowHeight;
    }
    const index = Math.min(rows.length - 1, Math.floor(element.scrollTop / rowHeight) + 1);
    const row = rows[index];
    anchor.current = row === undefined ? null : { id: row.id, index };
  }, [box, rows]);
}

function QueueRow({ row, selected, mine, onSelect }: { readonly row: AlertView; readonly selected: boolean; readonly mine: boolean; readonly onSelect: (id: string) => void }) {
  const { t } = useTranslation();
  const name = useEventTypeName();
  const raised = Date.parse(row.raisedAt);
  const age = useFromNow((now) => span(now - raised, t));
  const holder = row.claim === null ? null : mine ? t('alerts.mine') : row.claim.by.name;
  return (
    <div
      id={`alert-${row.id}`} role="option" aria-selected={selected} className={`queue-row${selected ? ' selected' : ''}${holder !== null && !mine ? ' taken' : ''}`}
      onClick={() => onSelect(row.id)} data-testid="alert-row" data-id={row.id} data-state={row.state} data-type={row.eventType}
    >
      <Picture className="queue-thumb" src={row.evidence.annotated ?? row.evidence.original} alt="" thumb />
      <span className="queue-words">
        <span className="queue-kind"><SeverityMark severity={row.severity} /><b className="clip-text">{name(row)}</b><span className="queue-age num">{age}</span></span>
        <span className="clip-text dim">{row.address ?? row.zoneName ?? row.cameraName}</span>
        <span className="queue-foot">
          {row.repeats > 0 && <span className="num" title={t('alerts.repeats', { n: row.repeats })}>×{row.repeats + 1}</span>}
          {row.goneAt !== null && <span className="gone">{t('alerts.gone')}</span>}
          {holder !== null && <span className={mine ? 'holder mine' : 'holder'} data-testid="alert-holder">{holder}</span>}
        </span>
      </span>
    </div>
  );
}
