import { useTranslation } from 'react-i18next';
import type { CameraView } from '../../../../domain/desk-views.ts';
import './camera-state.css';

const shapes: Record<CameraView['state'], string> = { live: '●', connecting: '◌', stalled: '◐', offline: '○', unauthorised: '⊘', unsupported: '⊘', disabled: '–' };
const tones: Record<CameraView['state'], string> = { live: 'ok', connecting: 'dim', stalled: 'warn', offline: 'bad', unauthorised: 'bad', unsupported: 'bad', disabled: 'dim' };

export function CameraStateMark({ camera }: { readonly camera: Pick<CameraView, 'state'> }) {
  const { t } = useTranslation();
  return <span className={`camera-state ${tones[camera.state]}`} data-testid="camera-state" data-state={camera.state}><span aria-hidden>{shapes[camera.state]}</span> {t(`camera.state.${camera.state}`)}</span>;
}

/** Whether samples are judged; "not analysed" is loud, because a camera that is silently blind conceals what happens. */
export function AnalysedMark({ camera }: { readonly camera: Pick<CameraView, 'analysed' | 'rules' | 'enabled'> }) {
  const { t } = useTranslation();
  if (camera.rules.length === 0) return <span className="camera-state dim" data-testid="camera-analysed" data-analysed="none">– {t('camera.noRules')}</span>;
  return camera.analysed
    ? <span className="camera-state ok" data-testid="camera-analysed" data-analysed="true"><span aria-hidden>●</span> {t('camera.analysed')}</span>
    : <span className="camera-state bad" data-testid="camera-analysed" data-analysed="false"><span aria-hidden>▲</span> {t('camera.notAnalysed')}</span>;
}
