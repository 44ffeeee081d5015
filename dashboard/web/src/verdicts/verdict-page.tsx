import { CloseOutlined, DownloadOutlined } from '@ant-design/icons';
import { Button, Dropdown, Segmented, Tooltip } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import type { VerdictRow } from '../../../../domain/verdict-views.ts';
import { useCameras } from '../api/places.ts';
import { useMe } from '../api/session.ts';
import { useVerdictFigures, verdictExportUrl } from '../api/verdicts.ts';
import { exportsVerdicts } from '../app/abilities.ts';
import { Failure, Loading, Nothing } from '../parts/states.tsx';
import { useEventTypeName } from '../parts/use-names.ts';
import { VerdictList } from './verdict-list.tsx';
import './verdict-page.css';

const periods = [30, 90, 365] as const;
const losses = [0.01, 0.02, 0.05] as const;
const rowsAtOnce = 100;

/** What the verdicts say of cameras and rules; the way to pictures for the next model. */
export function VerdictPage() {
  const { t } = useTranslation();
  const { user } = useMe();
  const [params, setParams] = useSearchParams();
  const [shown, setShown] = useState(rowsAtOnce);
  const days = periods.find((one) => String(one) === params.get('days')) ?? 90;
  const mostLost = losses.find((one) => String(one) === params.get('lost')) ?? 0.02;
  const camera = params.get('camera');
  // one moment for the page's life, lest every drawing be a new question
  const [opened] = useState(() => Date.now());
  const since = useMemo(() => new Date(opened - days * 86_400_000).toISOString(), [opened, days]);
  const { data, error, isPending, refetch } = useVerdictFigures({ camera, since, mostLost });
  const rows = data?.items ?? [];

  function set(name: string, value: string | null): void {
    setShown(rowsAtOnce);
    setParams((before) => {
      const after = new URLSearchParams(before);
      if (value === null) after.delete(name);
      else after.set(name, value);
      return after;
    }, { replace: true });
  }

  return (
    <div className="verdicts">
      <header>
        <h1>{t('lessons.title')}</h1>
        {camera !== null && <CameraChip id={camera} known={rows[0]?.cameraName} onClear={() => set('camera', null)} />}
        <span className="verdict-tools">
          <Segmented size="small" value={days} onChange={(next) => set('days', String(next))} options={periods.map((one) => ({ value: one, label: t('lessons.days', { n: one }) }))} aria-label={t('lessons.period')} />
          <Tooltip title={t('lessons.lossHint')}>
            <Segmented size="small" value={mostLost} onChange={(next) => set('lost', String(next))} options={losses.map((one) => ({ value: one, label: t('lessons.loss', { n: one * 100 }) }))} aria-label={t('lessons.lossHint')} />
          </Tooltip>
          {exportsVerdicts(user) && <ExportButton rows={rows} camera={camera} since={since} />}
        </span>
      </header>
      <p className="verdict-hint dim">{t('lessons.hint')}</p>
      {data?.truncated === true && <p className="verdict-hint verdict-warn" role="status">{t('lessons.truncated')}</p>}
      {isPending && <Loading rows={8} />}
      {error !== null && data === undefined && <Failure error={error} retry={() => void refetch()} />}
      {data !== undefined && rows.length === 0 && <Nothing title={t('lessons.empty')} hint={t('lessons.emptyHint')} />}
      {rows.length > 0 && <VerdictList rows={rows.slice(0, shown)} cameras={camera === null} />}
      {rows.length > shown && <Button block type="text" onClick={() => setShown(shown + rowsAtOnce)}>{t('cases.more')}</Button>}
    </div>
  );
}

function CameraChip({ id, known, onClear }: { readonly id: string; readonly known: string | undefined; readonly onClear: () => void }) {
  const { t } = useTranslation();
  const { data: cameras } = useCameras();
  const name = known ?? cameras?.find((one) => one.id === id)?.name ?? id;
  return <span className="verdict-chip"><Link to={`/cameras?open=${encodeURIComponent(id)}`}>{name}</Link><Button type="text" size="small" icon={<CloseOutlined />} onClick={onClear} aria-label={t('lessons.allCameras')} /></span>;
}

/** One kind at a time: a picture was judged for its own kind alone and says nothing of the others. */
function ExportButton({ rows, camera, since }: { readonly rows: readonly VerdictRow[]; readonly camera: string | null; readonly since: string }) {
  const { t } = useTranslation();
  const name = useEventTypeName();
  const kinds = [...new Map(rows.map((row) => [row.eventType, row])).values()];
  const items = kinds.map((row) => ({ key: row.eventType, label: <a href={verdictExportUrl({ camera, since, type: row.eventType })} download data-testid={`export-${row.eventType}`}>{name(row)}</a> }));
  return (
    <Dropdown menu={{ items }} trigger={['click']} disabled={kinds.length === 0} placement="bottomRight">
      <Button size="small" icon={<DownloadOutlined />} title={t('lessons.exportHint')} data-testid="verdict-export">{t('lessons.export')}</Button>
    </Dropdown>
  );
}
