import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Select } from 'antd';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import type { RejectionReason } from '../../../../domain/alert.ts';
import type { AlertView, Subclass } from '../../../../domain/views.ts';
import { actOnAlert, alertKeys, getAlert } from '../api/alerts.ts';
import { useCatalogue } from '../api/places.ts';
import { useMe } from '../api/session.ts';
import { dispatchesAtOnce, judgesAlerts } from '../app/abilities.ts';
import { useFeedState } from '../live/feed.ts';
import { Failure, Loading, Nothing } from '../parts/states.tsx';
import { SeverityMark } from '../parts/severity.tsx';
import { fullMoment } from '../parts/time.ts';
import { useEventTypeName } from '../parts/use-names.ts';
import { Facts } from './facts.tsx';
import { FilmStrip, stripViews, type StripView } from './film-strip.tsx';
import { KeyHelp } from './key-help.tsx';
import { PictureStage } from './picture-stage.tsx';
import { QueueList } from './queue-list.tsx';
import { UndoBar } from './undo-bar.tsx';
import { isOpen, putRow, useAlertQueue } from './use-alert-queue.ts';
import { releaseFocus, useKeys } from './use-keys.ts';
import { useSettled } from './use-settled.ts';
import { useVerdicts, type Verdict } from './use-verdicts.ts';
import { codeOf, reasonKeys, VerdictPanel } from './verdict-panel.tsx';
import './wall.css';

/** The queue, the picture, the facts and the verdict: one screen, one hand on the keyboard. */
export function AlertWall() {
  const { t } = useTranslation();
  const { user } = useMe();
  const { id = null } = useParams();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [type, setType] = useState<string | null>(null);
  const queue = useAlertQueue(type);
  const { hidden, last, judge, undo, dismiss, refused } = useVerdicts(user.id);
  const rows = useMemo(() => queue.rows.filter((row) => !hidden.has(row.id)), [queue.rows, hidden]);
  const [view, setView] = useState<StripView>('raised');
  const [drawn, setDrawn] = useState(true);
  const [full, setFull] = useState(false);
  const [help, setHelp] = useState(false);
  const [subclass, setSubclass] = useState<{ alert: string; subclass: Subclass } | null>(null);
  const video = useRef<HTMLVideoElement>(null);
  const place = useRef(0);

  const detailOf = useQuery({ queryKey: alertKeys.one(id ?? ''), queryFn: ({ signal }) => getAlert(id ?? '', signal), enabled: id !== null });
  const row = rows.find((one) => one.id === id);
  const alert: AlertView | undefined = row ?? detailOf.data;
  const detail = detailOf.data;
  const live = useSettled(id, 500);
  const picked = subclass !== null && subclass.alert === id ? subclass.subclass : detail?.subclasses[0];

  const select = useCallback((next: string | null) => {
    setView('raised');
    void navigate(next === null ? '/alerts' : `/alerts/${next}`, { replace: true });
  }, [navigate]);

  const index = rows.findIndex((one) => one.id === id);
  useEffect(() => {
    if (index >= 0) place.current = index;
  }, [index]);
  useEffect(() => {
    if (id === null && rows[0] !== undefined && matchMedia('(min-width: 900px)').matches) select(rows[0].id);
  }, [id, rows, select]);
  usePrefetch(rows, index);

  /** The row that follows the one in hand; when that has left the queue, whoever took its place. */
  const neighbour = (step: 1 | -1): AlertView | undefined => (index >= 0 ? rows[index + step] : rows[Math.min(rows.length - 1, step === 1 ? place.current : place.current - 1)]);
  const move = (step: 1 | -1): void => {
    const next = neighbour(step);
    if (next !== undefined) select(next.id);
  };

  const mayJudge = alert !== undefined && judgesAlerts(user, alert.district?.id ?? null);
  const mayDispatch = alert !== undefined && dispatchesAtOnce(user, alert.district?.id ?? null);
  const free = alert !== undefined && mayJudge && isOpen(alert) && !hidden.has(alert.id) && (alert.claim === null || alert.claim.by.id === user.id);

  const decide = (verdict: Verdict): void => {
    if (alert === undefined || !free) return;
    const next = neighbour(1) ?? neighbour(-1);
    judge(alert, verdict);
    select(next?.id === alert.id ? null : (next?.id ?? null));
  };
  const chosen = picked === undefined || detail?.subclasses[0] === undefined || codeOf(picked) === codeOf(detail.subclasses[0]) ? {} : { subclass: { standardRef: picked.standardRef, code: picked.code } };
  const confirm = (): void => decide({ kind: 'confirm', input: chosen });
  const dispatch = (): void => decide({ kind: 'confirm', input: { ...chosen, fileAndDispatch: {} } });
  const reject = (reason: RejectionReason): void => decide({ kind: 'reject', input: { reason } });
  const takeBack = (): void => void undo().then((back) => back !== null && select(back));
  const hold = (action: 'claim' | 'release'): void => {
    if (alert === undefined) return;
    actOnAlert(alert.id, action, {}).then((answer) => {
      putRow(client, answer);
      void client.invalidateQueries({ queryKey: alertKeys.one(alert.id) });
    }, (error: unknown) => refused(alert, error, t(action === 'claim' ? 'verdict.claimRefused' : 'verdict.releaseRefused')));
  };
  const toggleHold = (): void => {
    if (free) hold(alert.claim === null ? 'claim' : 'release');
  };
  const play = (): void => {
    if (view !== 'clip') setView('clip');
    else if (video.current?.paused === true) void video.current.play();
    else video.current?.pause();
  };
  const strip = (step: 1 | -1): void => setView(stripViews[Math.max(0, Math.min(stripViews.length - 1, stripViews.indexOf(view) + step))] ?? view);

  useKeys({
    j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1),
    Enter: confirm, c: confirm, 'shift+Enter': mayDispatch && detail !== undefined && detail.suggestion !== null ? dispatch : undefined,
    t: toggleHold, ' ': play, ArrowLeft: () => strip(-1), ArrowRight: () => strip(1), b: () => setDrawn(!drawn), f: () => setFull(!full),
    u: takeBack, '?': () => setHelp(true), Escape: full ? () => setFull(false) : undefined,
    ...Object.fromEntries(reasonKeys.map(([key, reason]) => [key, () => reject(reason)])),
  });

  return (
    <div className={id === null ? 'wall' : 'wall has-choice'} onClick={releaseFocus}>
      <aside className="wall-queue">
        <QueueHead total={Math.max(0, queue.total - hidden.size)} type={type} onType={setType} onHelp={() => setHelp(true)} />
        <BlindCameras />
        {queue.isPending && <Loading rows={8} />}
        {queue.error !== null && queue.data === undefined && <Failure error={queue.error} retry={() => void queue.refetch()} />}
        {queue.data !== undefined && rows.length === 0 && <Nothing title={t('alerts.empty')} hint={t('alerts.emptyHint')} />}
        {rows.length > 0 && <QueueList rows={rows} selected={id} myId={user.id} onSelect={select} onEnd={() => { if (queue.hasNextPage && !queue.isFetchingNextPage) void queue.fetchNextPage(); }} />}
      </aside>
      <section className="wall-centre">
        {alert !== undefined ? (
          <>
            <WallTitle alert={alert} onBack={() => select(null)} />
            <PictureStage alert={alert} detail={detail} view={view} drawn={drawn} full={full} live={live} video={video}>
              <div className="stage-tools">
                <Button size="small" onClick={() => setDrawn(!drawn)} aria-pressed={drawn} data-testid="toggle-boxes">{drawn ? t('stage.hideBoxes') : t('stage.showBoxes')} <kbd>b</kbd></Button>
                <Button size="small" onClick={() => setFull(!full)} aria-pressed={full} data-testid="toggle-full">{full ? t('stage.smaller') : t('stage.full')} <kbd>f</kbd></Button>
              </div>
            </PictureStage>
            <FilmStrip alert={alert} view={view} live={live} onView={setView} />
          </>
        ) : id !== null && detailOf.error !== null ? <Failure error={detailOf.error} retry={() => void detailOf.refetch()} /> : id !== null ? <Loading rows={6} /> : null}
        {last !== null && <UndoBar judged={last} onUndo={takeBack} onOver={dismiss} />}
      </section>
      <aside className="wall-side">
        {alert !== undefined && (
          <>
            <Facts alert={alert} detail={detail} onMerge={free ? (into) => decide({ kind: 'merge', input: { into } }) : undefined} />
            <VerdictPanel
              alert={alert} detail={detail} myId={user.id} mayJudge={mayJudge} mayDispatch={mayDispatch} subclass={picked} onSubclass={(one) => setSubclass({ alert: alert.id, subclass: one })}
              onConfirm={confirm} onDispatch={dispatch} onReject={reject} onClaim={() => hold('claim')} onRelease={() => hold('release')}
            />
          </>
        )}
      </aside>
      <KeyHelp open={help} onClose={() => setHelp(false)} />
    </div>
  );
}

function QueueHead({ total, type, onType, onHelp }: { readonly total: number; readonly type: string | null; readonly onType: (type: string | null) => void; readonly onHelp: () => void }) {
  const { t, i18n } = useTranslation();
  const { data: catalogue = [] } = useCatalogue();
  const options = [{ value: '', label: t('alerts.allTypes') }, ...catalogue.map((one) => ({ value: one.eventType, label: i18n.language === 'en' ? (one.nameEn ?? one.name) : one.name }))];
  return (
    <header className="queue-head">
      <h2>{t('alerts.toJudge')} <span className="num" data-testid="alert-count">{total >= 10_000 ? '10,000+' : total}</span></h2>
      <Select size="small" variant="borderless" value={type ?? ''} options={options} onChange={(value) => onType(value === '' ? null : value)} aria-label={t('alerts.filter')} popupMatchSelectWidth={false} />
      <Button size="small" type="text" onClick={onHelp} aria-label={t('keys.title')}><kbd>?</kbd></Button>
    </header>
  );
}

/** What the cameras miss is not in the queue: said where somebody would otherwise take an empty queue for a quiet city. */
function BlindCameras() {
  const { t } = useTranslation();
  const { health } = useFeedState();
  if (health === null || health.database === 'down' || health.cameras.blind === 0) return null;
  return <Link className="queue-blind" to="/cameras?view=blind" data-testid="blind-cameras">▲ {t('alerts.blind', { n: health.cameras.blind, total: health.cameras.total })}</Link>;
}

function WallTitle({ alert, onBack }: { readonly alert: AlertView; readonly onBack: () => void }) {
  const { t } = useTranslation();
  const name = useEventTypeName();
  return (
    <header className="wall-title">
      <Button className="wall-back" size="small" type="text" onClick={onBack} aria-label={t('common.back')}>←</Button>
      <h1 className="clip-text" data-testid="alert-title">{name(alert)}</h1>
      <SeverityMark severity={alert.severity} words />
      <span className="clip-text dim">{alert.address ?? alert.cameraName}</span>
      <span className="top-space" />
      <span className="num dim">{fullMoment(alert.raisedAt)}</span>
    </header>
  );
}

/** Reads the rows around the chosen one ahead, and decodes their pictures, so that j and k answer at once. */
function usePrefetch(rows: readonly AlertView[], index: number): void {
  const client = useQueryClient();
  const near = [rows[index + 1], rows[index - 1], rows[index + 2]].filter((row) => row !== undefined).map((row) => ({ id: row.id, picture: row.evidence.original }));
  const key = near.map((row) => `${row.id} ${row.picture ?? ''}`).join('|');
  useEffect(() => {
    const timer = setTimeout(() => {
      for (const { id, picture } of near) {
        void client.prefetchQuery({ queryKey: alertKeys.one(id), queryFn: ({ signal }) => getAlert(id, signal), staleTime: 60_000 });
        if (picture !== null) new Image().src = picture;
      }
    }, 120);
    return () => clearTimeout(timer);
    // `key` says all that `near` holds.
    // (deliberately not all that it uses)
  }, [client, key]);
}
