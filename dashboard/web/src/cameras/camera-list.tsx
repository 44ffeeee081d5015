import { Drawer, Segmented, Table, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import type { CameraView } from '../../../../domain/desk-views.ts';
import { snapshotUrl, useCameras } from '../api/places.ts';
import { useMe } from '../api/session.ts';
import { seesLessons } from '../app/abilities.ts';
import { AnalysedMark, CameraStateMark } from '../parts/camera-state.tsx';
import { Picture } from '../parts/picture.tsx';
import { Failure, Loading, Nothing } from '../parts/states.tsx';
import { moment } from '../parts/time.ts';
import { useReason } from '../parts/use-reason.ts';
import { CameraCard } from './camera-card.tsx';
import './cameras.css';

const views = ['all', 'dark', 'blind'] as const;
type View = (typeof views)[number];

const wanted: Record<View, (camera: CameraView) => boolean> = {
  all: () => true,
  dark: (camera) => camera.state !== 'live',
  blind: (camera) => camera.enabled && camera.rules.length > 0 && !camera.analysed,
};

export function CameraList() {
  const { t } = useTranslation();
  const { user } = useMe();
  const { data: cameras, error, isPending, refetch } = useCameras();
  const reason = useReason();
  const [params, setParams] = useSearchParams();
  const view = views.find((one) => one === params.get('view')) ?? 'all';
  const [open, setOpen] = useState<string | null>(params.get('open'));
  const [stamp] = useState(() => Date.now());
  if (isPending) return <Loading page rows={8} />;
  if (cameras === undefined) return <Failure page error={error ?? new Error('cameras')} retry={() => void refetch()} />;
  const rows = cameras.filter(wanted[view]);
  const chosen = cameras.find((camera) => camera.id === open);
  const columns: TableColumnsType<CameraView> = [
    { key: 'picture', width: 120, render: (_value, row) => <Picture className="camera-thumb" src={row.state === 'live' ? snapshotUrl(row.id, stamp) : null} alt="" thumb /> },
    { key: 'name', title: t('camera.name'), width: 220, ellipsis: true, render: (_value, row) => <><button type="button" className="camera-open" onClick={() => setOpen(row.id)}>{row.name}</button><br /><span className="faint">{row.id}</span></> },
    { key: 'state', title: t('camera.stateTitle'), width: 240, render: (_value, row) => <><CameraStateMark camera={row} />{row.stateReason !== null && <p className="camera-reason" title={row.stateReason}>{reason(row.stateReason)}</p>}</> },
    { key: 'analysed', title: t('camera.analysedTitle'), width: 240, render: (_value, row) => <><AnalysedMark camera={row} />{row.analysedReason !== null && !row.analysed && row.rules.length > 0 && <p className="camera-reason" title={row.analysedReason}>{reason(row.analysedReason)}</p>}</> },
    { key: 'sample', title: t('camera.lastSample'), width: 120, render: (_value, row) => <span className="num dim">{row.lastSampleAt === null ? '—' : moment(row.lastSampleAt)}</span> },
    { key: 'place', title: t('cases.column.place'), ellipsis: true, render: (_value, row) => <>{row.address ?? '—'}<br /><span className="faint">{row.district?.name ?? ''}</span></> },
  ];
  return (
    <div className="cameras">
      <header>
        <h1>{t('nav.cameras')}</h1>
        {seesLessons(user) && <Link className="cameras-verdicts" to="/verdicts" data-testid="to-verdicts">{t('lessons.title')}</Link>}
        <Segmented<View> size="small" value={view} onChange={(next) => setParams(next === 'all' ? {} : { view: next })} options={views.map((one) => ({ value: one, label: `${t(`camera.view.${one}`)} ${cameras.filter(wanted[one]).length}` }))} />
      </header>
      {rows.length === 0 ? <Nothing title={t(`camera.empty.${view}`)} hint={view === 'all' ? t('camera.emptyHint') : undefined} /> : (
        <Table<CameraView>
          rowKey="id" size="small" columns={columns} dataSource={[...rows]} scroll={{ x: 980 }} pagination={rows.length > 100 ? { pageSize: 100, showSizeChanger: false } : false}
          onRow={(row) => ({ onClick: () => setOpen(row.id), 'data-testid': 'camera-row', 'data-id': row.id, 'data-state': row.state, 'data-analysed': row.analysed }) as React.HTMLAttributes<HTMLElement>}
        />
      )}
      <Drawer open={chosen !== undefined} onClose={() => setOpen(null)} title={chosen?.name} size="large" destroyOnHidden>
        {chosen !== undefined && <CameraCard camera={chosen} />}
      </Drawer>
    </div>
  );
}
