import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import type { CaseMediaView, CaseView } from '../../../../domain/views.ts';
import { useCase } from '../api/cases.ts';
import { useMe } from '../api/session.ts';
import { seesCameras } from '../app/abilities.ts';
import { CaseClock } from '../parts/case-clock.tsx';
import { CaseStateTag } from '../parts/case-state.tsx';
import { SeverityMark } from '../parts/severity.tsx';
import { Failure, Loading } from '../parts/states.tsx';
import { useEventTypeName } from '../parts/use-names.ts';
import { ActionPanel } from './action-panel.tsx';
import { CameraWord, CaseFacts } from './case-facts.tsx';
import { Gallery } from './gallery.tsx';
import { TimeLine } from './time-line.tsx';
import './case-page.css';

export function CasePage() {
  const { id = '' } = useParams();
  const { data: view, error, isPending, refetch } = useCase(id);
  if (isPending) return <Loading page rows={6} />;
  if (view === undefined) return <Failure page error={error ?? new Error(id)} retry={() => void refetch()} />;
  return <Page key={view.id} view={view} />;
}

function Page({ view }: { readonly view: CaseView }) {
  const { t } = useTranslation();
  const { user } = useMe();
  const [asked, setAsked] = useState<CaseMediaView | null>(null);
  return (
    <div className="case-page" data-testid="case-page" data-state={view.state} data-number={view.number} data-version={view.version}>
      <CaseHead view={view} />
      <div className="case-body">
        <aside className="case-left"><h2>{t('case.history')}</h2><TimeLine view={view} onPicture={setAsked} /></aside>
        <section className="case-centre"><Gallery view={view} asked={asked} onAsked={setAsked} mayWatch={seesCameras(user)} /></section>
        <aside className="case-right"><CameraWord view={view} /><ActionPanel view={view} /><CaseFacts view={view} /></aside>
      </div>
    </div>
  );
}

/** Number, kind, place and the running clock in one line that stays. */
function CaseHead({ view }: { readonly view: CaseView }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const name = useEventTypeName();
  return (
    <header className="case-head">
      <Button size="small" type="text" className="no-print" onClick={() => void navigate(-1)} aria-label={t('common.back')}>←</Button>
      <span className="num case-head-number" data-testid="case-number">{view.number}</span>
      <h1 className="clip-text">{view.subclass?.name ?? name(view)}</h1>
      <SeverityMark severity={view.severity} words />
      <span className="clip-text dim">{view.address}</span>
      <span className="top-space" />
      {view.round > 0 && <span className="case-round">{t('case.round', { n: view.round })}</span>}
      <CaseStateTag state={view.state} />
      <CaseClock clock={view.clock} long />
      <Button size="small" type="text" className="no-print" onClick={() => window.print()}>{t('case.print')}</Button>
    </header>
  );
}
