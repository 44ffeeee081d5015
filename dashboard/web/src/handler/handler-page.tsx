import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import type { CaseState } from '../../../../domain/case.ts';
import { useCaseList } from '../api/cases.ts';
import { useMe } from '../api/session.ts';
import { Failure, Loading, Nothing } from '../parts/states.tsx';
import { TaskCard } from './task-card.tsx';
import { TaskPage } from './task-page.tsx';
import './handler.css';

const mine: readonly CaseState[] = ['dispatched', 'sub_dispatched', 'handling', 'suspended'];
const handedIn: readonly CaseState[] = ['feedback_review', 'verifying', 'to_close'];
const byDeadline = (a: { clock: { dueAt: string | null } }, b: { clock: { dueAt: string | null } }): number => (a.clock.dueAt ?? '9') < (b.clock.dueAt ?? '9') ? -1 : 1;

/** Tasks of the own unit, the nearest deadline first; made for a thumb and for sunlight. */
export function HandlerPage() {
  const { id } = useParams();
  return id === undefined ? <TaskList /> : <TaskPage id={id} />;
}

function TaskList() {
  const { t } = useTranslation();
  const { user } = useMe();
  const unit = user.unit?.name ?? '';
  const open = useCaseList({ state: mine });
  const done = useCaseList({ state: handedIn });
  const tasks = (open.data?.pages.flatMap((page) => page.items) ?? []).toSorted(byDeadline);
  const waiting = done.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="handler">
      <header className="handler-head"><h1>{t('handler.title')} <span className="num" data-testid="task-count">{open.data?.pages[0]?.total ?? ''}</span></h1><span className="dim clip-text">{unit}</span></header>
      {open.isPending && <Loading rows={6} />}
      {open.error !== null && open.data === undefined && <Failure error={open.error} retry={() => void open.refetch()} />}
      {open.data !== undefined && tasks.length === 0 && <Nothing title={t('handler.empty')} hint={t('handler.emptyHint')} />}
      {tasks.map((task) => <TaskCard key={task.id} task={task} />)}
      {open.hasNextPage && <button type="button" className="handler-more" onClick={() => void open.fetchNextPage()}>{t('cases.more')}</button>}
      {waiting.length > 0 && (
        <>
          <h2>{t('handler.handedIn')} <span className="num faint">{waiting.length}</span></h2>
          {waiting.slice(0, 10).map((task) => <TaskCard key={task.id} task={task} />)}
        </>
      )}
    </div>
  );
}
