import { EnvironmentOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { CaseView } from '../../../../domain/views.ts';
import { useCase, useCaseActions } from '../api/cases.ts';
import { ActionForm } from '../cases/action-panel.tsx';
import { CameraWord } from '../cases/case-facts.tsx';
import { galleryOf } from '../cases/gallery-items.ts';
import { TimeLine } from '../cases/time-line.tsx';
import { CaseClock } from '../parts/case-clock.tsx';
import { CaseStateTag } from '../parts/case-state.tsx';
import { Picture } from '../parts/picture.tsx';
import { Failure, Loading } from '../parts/states.tsx';
import { useEventTypeName } from '../parts/use-names.ts';
import '../cases/case-page.css';

export function TaskPage({ id }: { readonly id: string }) {
  const { data: view, error, isPending, refetch } = useCase(id);
  if (isPending) return <Loading rows={6} />;
  if (view === undefined) return <Failure error={error ?? new Error(id)} retry={() => void refetch()} />;
  return <Task view={view} />;
}

function Task({ view }: { readonly view: CaseView }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const name = useEventTypeName();
  const pictures = galleryOf(view, false).filter((item) => item.kind === 'picture' || item.kind === 'clip');
  const [shown, setShown] = useState(0);
  const picture = pictures[Math.min(shown, pictures.length - 1)];
  return (
    <article className="handler task" data-testid="task-page" data-state={view.state} data-number={view.number}>
      <header className="handler-head">
        <Button type="text" onClick={() => void navigate('/handler')} aria-label={t('common.back')}>←</Button>
        <h1 className="clip-text">{view.subclass?.name ?? name(view)}</h1>
        <CaseStateTag state={view.state} />
      </header>
      <div className="task-deadline"><CaseClock clock={view.clock} long /></div>
      {view.round > 0 && <p className="camera-word bad">{t('handler.rework', { n: view.round })}</p>}
      <div className="task-picture">
        {picture === undefined ? <p className="faint">{t('case.noPictures')}</p> : picture.kind === 'clip' ? <video src={picture.url} controls muted playsInline /> : <Picture src={picture.url} alt={t(`gallery.${picture.word}`)} />}
      </div>
      {pictures.length > 1 && <div className="task-strip">{pictures.map((item, index) => <button key={item.key} type="button" aria-pressed={item === picture} onClick={() => setShown(index)}>{t(`gallery.${item.word}`)}</button>)}</div>}
      <div className="task-place">
        <span>{view.address ?? t('facts.noAddress')}</span>
        {view.point !== null && <Button href={`geo:${view.point[1]},${view.point[0]}?q=${view.point[1]},${view.point[0]}`} icon={<EnvironmentOutlined />} data-testid="task-way">{t('handler.way')}</Button>}
      </div>
      {view.description !== '' && <p>{view.description}</p>}
      {view.condition !== null && <p className="dim">{t('handler.closes', { closing: view.condition.closing })}</p>}
      <CameraWord view={view} />
      <TaskActions view={view} />
      <details className="task-history"><summary>{t('case.history')} · <span className="num">{view.number}</span></summary><TimeLine view={view} onPicture={(media) => setShown(Math.max(0, pictures.findIndex((item) => item.kind === 'picture' && item.url === media.url)))} /></details>
    </article>
  );
}

const thumbActions = new Set(['accept', 'feedback', 'return', 'comment']);

function TaskActions({ view }: { readonly view: CaseView }) {
  const { t, i18n } = useTranslation();
  const offers = useCaseActions(view.id);
  const [open, setOpen] = useState<string | null>(null);
  if (offers.error !== null && offers.data === undefined) return <Failure error={offers.error} retry={() => void offers.refetch()} />;
  const list = (offers.data ?? []).filter((offer) => thumbActions.has(offer.action));
  const primary = list.find((offer) => offer.primary);
  const shown = list.find((offer) => offer.action === open) ?? primary;
  if (offers.isPending) return <Loading rows={2} />;
  return (
    <div className="task-actions">
      {primary === undefined && <p className="actions-waits">{t('handler.nothingToDo')}</p>}
      {shown !== undefined && <ActionForm key={shown.action} offer={shown} view={view} camera onDone={() => setOpen(null)} />}
      <div className="actions-others">
        {list.filter((offer) => offer !== shown).map((offer) => <Button key={offer.action} type="text" danger={offer.action === 'return'} onClick={() => setOpen(offer.action)} data-testid={`case-open-${offer.action}`}>{i18n.language === 'en' ? offer.label.en : offer.label.zh}</Button>)}
      </div>
    </div>
  );
}
