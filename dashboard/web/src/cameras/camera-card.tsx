import { useState } from 'react';
import { Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import type { CameraView } from '../../../../domain/desk-views.ts';
import type { Rule } from '../../../../domain/camera.ts';
import { useCatalogue } from '../api/places.ts';
import { useMe } from '../api/session.ts';
import { seesLessons } from '../app/abilities.ts';
import { LiveTile } from '../live/live-tile.tsx';
import { PlaceMap } from '../parts/place-map.tsx';
import { AnalysedMark, CameraStateMark } from '../parts/camera-state.tsx';
import { Overlay } from '../parts/overlay.tsx';
import { fullMoment, span } from '../parts/time.ts';
import { useReason } from '../parts/use-reason.ts';
import { CameraVerdicts } from './camera-verdicts.tsx';

/** A camera with its live picture, the zones on it, and what its rules look for. */
export function CameraCard({ camera }: { readonly camera: CameraView }) {
  const { t } = useTranslation();
  const reason = useReason();
  const { user } = useMe();
  const [zones, setZones] = useState(true);
  return (
    <div className="camera-card">
      <div className="camera-live">
        <LiveTile camera={camera.id} label={camera.name} quality="high" known={{ state: camera.state, reason: camera.stateReason }} fit="contain">
          {zones && camera.zones.map((zone) => <Overlay key={zone.id} zone={zone.polygon} box={null} boxes={[]} />)}
        </LiveTile>
      </div>
      <p className="camera-line">
        <CameraStateMark camera={camera} /><AnalysedMark camera={camera} />
        <label className="camera-zones"><Switch size="small" checked={zones} onChange={setZones} /> {t('camera.zones')}</label>
      </p>
      {camera.stateReason !== null && <p className="dim" title={camera.stateReason}>{reason(camera.stateReason)}</p>}
      {!camera.analysed && camera.analysedReason !== null && !camera.analysedReason.endsWith(camera.stateReason ?? '\0') && <p className="dim" title={camera.analysedReason}>{reason(camera.analysedReason)}</p>}
      <p className="dim">{camera.address}{camera.stateSince !== null && ` · ${t('camera.since', { time: fullMoment(camera.stateSince) })}`}</p>
      <h3>{t('camera.rules')}</h3>
      {camera.rules.length === 0 ? <p className="faint">{t('camera.noRulesHint')}</p> : <ul>{camera.rules.map((rule) => <RuleLine key={rule.id} rule={rule} zone={camera.zones.find((zone) => zone.id === rule.zone)?.name ?? rule.zone} />)}</ul>}
      {seesLessons(user) && <CameraVerdicts camera={camera.id} />}
      <h3>{t('camera.inputs')}</h3>
      <ul>{camera.inputs.map((input) => <li key={input.url} className="camera-input"><code>{input.url}</code> <span className="faint">{input.roles.join(' · ')}</span></li>)}</ul>
      {camera.source !== 'api' && <p className="faint">{t(`camera.source.${camera.source}`)}</p>}
      {camera.point !== null && <PlaceMap point={camera.point} />}
    </div>
  );
}

function RuleLine({ rule, zone }: { readonly rule: Rule; readonly zone: string }) {
  const { t, i18n } = useTranslation();
  const { data: catalogue = [] } = useCatalogue();
  const type = catalogue.find((one) => one.eventType === rule.eventType);
  const name = (i18n.language === 'en' ? type?.nameEn : null) ?? type?.name ?? rule.eventType;
  return <li>{t('camera.rule', { name, zone, dwell: span(rule.dwell, t), presence: Math.round(rule.presence * 100) })} <span className="faint">{rule.model}</span></li>;
}
