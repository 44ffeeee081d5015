import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { CameraState } from '../../../../domain/camera.ts';
import { snapshotUrl } from '../api/places.ts';
import { useLive, type LiveState } from './live-pool.ts';
import type { LiveQuality } from './live-view.ts';
import { useReason } from '../parts/use-reason.ts';
import './live-tile.css';

interface LiveTileProps {
  readonly camera: string;
  readonly label: string;
  readonly quality: LiveQuality;
  /** False: only the last picture (a person runs through the queue). */
  readonly wanted?: boolean;
  /** What is known of the camera, to say why a tile is dark. */
  readonly known?: { readonly state: CameraState; readonly reason: string | null } | undefined;
  readonly fit?: 'contain' | 'cover';
  readonly children?: ReactNode;
}

/**
 * A live picture: the camera's last snapshot until the first frame is decoded, then the stream; why it is dark otherwise.
 * `data-frames` on the video counts the frames that were really presented.
 */
export function LiveTile({ camera, label, quality, wanted = true, known, fit = 'cover', children }: LiveTileProps) {
  const { t } = useTranslation();
  const reason = useReason();
  const live = useLive(wanted ? camera : null, quality);
  const video = useRef<HTMLVideoElement>(null);
  const playing = useFrames(video, live);
  const [opened] = useState(() => Date.now());
  const [snapshot, setSnapshot] = useState<'loading' | 'shown' | 'missing'>('loading');
  const down = known !== undefined && known.state !== 'live';
  const why = playing ? null : darkReason();

  function darkReason(): string | null {
    if (known !== undefined && down) return `${t(`camera.state.${known.state}`)}${known.reason === null ? '' : `: ${reason(known.reason)}`}`;
    if (live.kind === 'failed') return live.detail === '' ? t('live.lost') : live.detail;
    return null;
  }

  return (
    <div className={`live-tile fit-${fit}`} data-testid="tile" data-camera={camera} data-live={playing ? 'playing' : live.kind}>
      {snapshot !== 'missing' && !playing && (
        <img
          className={snapshot === 'shown' ? '' : 'unseen'} src={snapshotUrl(camera, opened)} alt={t('live.lastPicture', { name: label })}
          onLoad={() => setSnapshot('shown')} onError={() => setSnapshot('missing')}
        />
      )}
      <video ref={video} className={playing ? '' : 'unseen'} muted autoPlay playsInline aria-label={t('live.now', { name: label })} data-frames="0" />
      {!playing && why !== null && <p className={snapshot === 'shown' ? 'why over' : 'why'}>{why}</p>}
      {!playing && why === null && wanted && <span className="opening" role="status">{snapshot === 'shown' ? t('live.lastUntilLive') : t('live.opening')}</span>}
      {children}
    </div>
  );
}

/** Feeds the stream into the element and counts its frames; true once one was shown. */
function useFrames(ref: React.RefObject<HTMLVideoElement | null>, live: LiveState): boolean {
  const stream = live.kind === 'playing' ? live.stream : null;
  const [shown, setShown] = useState<MediaStream | null>(null);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return undefined;
    element.srcObject = stream;
    if (stream === null) return undefined;
    let frames = 0;
    let handle = 0;
    const count = (): void => {
      frames += 1;
      element.dataset.frames = String(frames);
      if (frames === 1) setShown(stream);
      handle = element.requestVideoFrameCallback(count);
    };
    handle = element.requestVideoFrameCallback(count);
    element.play().catch(() => undefined);
    return () => {
      element.cancelVideoFrameCallback(handle);
      element.srcObject = null;
    };
  }, [ref, stream]);
  return stream !== null && shown === stream;
}
