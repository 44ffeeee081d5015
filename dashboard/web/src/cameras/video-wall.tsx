import { LeftOutlined, RightOutlined } from '@ant-design/icons';
import { Button, Segmented } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import type { CameraView } from '../../../../domain/desk-views.ts';
import { useAlertQueue } from '../alerts/use-alert-queue.ts';
import { useCameras } from '../api/places.ts';
import { LiveTile } from '../live/live-tile.tsx';
import { CameraStateMark } from '../parts/camera-state.tsx';
import { Failure, Loading, Nothing } from '../parts/states.tsx';
import { useEventTypeName } from '../parts/use-names.ts';
import './cameras.css';

const sizes = [1, 4, 9] as const;

/** Picture edge to edge; name and state in a thin strip. A camera with an alert that nobody has judged gets a frame. */
export function VideoWall() {
  const { t } = useTranslation();
  const { data: cameras, error, isPending, refetch } = useCameras();
  const [params, setParams] = useSearchParams();
  const size = sizes.find((one) => String(one) === params.get('tiles')) ?? 4;
  const [start, setStart] = useState(0);
  const { rows } = useAlertQueue(null);
  const name = useEventTypeName();
  const alerting = useMemo(() => new Map(rows.map((row) => [row.camera, row])), [rows]);
  if (isPending) return <Loading page rows={8} />;
  if (cameras === undefined) return <Failure page error={error ?? new Error('cameras')} retry={() => void refetch()} />;
  const shown = cameras.filter((camera) => camera.enabled);
  if (shown.length === 0) return <Nothing title={t('camera.empty.all')} hint={t('camera.emptyHint')} />;
  const first = Math.min(start, Math.max(0, Math.floor((shown.length - 1) / size) * size));
  const page = shown.slice(first, first + size);

  function zoom(camera: CameraView): void {
    setStart(size === 1 ? 0 : shown.indexOf(camera));
    setParams(size === 1 ? {} : { tiles: '1' });
  }

  return (
    <div className="video-wall">
      <div className={`video-grid of-${size}`} data-testid="video-wall">
        {page.map((camera) => {
          const alert = alerting.get(camera.id);
          return (
            <div key={camera.id} className={alert === undefined ? 'wall-tile' : 'wall-tile alerting'} onDoubleClick={() => zoom(camera)}>
              <LiveTile camera={camera.id} label={camera.name} quality={size === 1 ? 'high' : 'low'} known={{ state: camera.state, reason: camera.stateReason }} fit="contain">
                <div className="wall-strip">
                  <span className="clip-text">{camera.name}</span>
                  <CameraStateMark camera={camera} />
                  {camera.rules.length > 0 && !camera.analysed && <span className="wall-blind">▲ {t('camera.notAnalysed')}</span>}
                </div>
                {alert !== undefined && <Link className="wall-alert" to={`/alerts/${alert.id}`}>▲ {name(alert)}</Link>}
              </LiveTile>
            </div>
          );
        })}
      </div>
      <footer className="wall-foot">
        <Segmented size="small" value={size} options={sizes.map((one) => ({ value: one, label: String(one) }))} onChange={(next) => setParams({ tiles: String(next) })} aria-label={t('wall.tiles')} />
        <Button size="small" type="text" icon={<LeftOutlined />} disabled={first === 0} onClick={() => setStart(Math.max(0, first - size))} aria-label={t('wall.previous')} />
        <span className="num dim">{first + 1}–{first + page.length} / {shown.length}</span>
        <Button size="small" type="text" icon={<RightOutlined />} disabled={first + size >= shown.length} onClick={() => setStart(first + size)} aria-label={t('wall.next')} />
      </footer>
    </div>
  );
}
