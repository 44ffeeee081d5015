import { Button, Input, Table, type TableColumnsType } from 'antd';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, NavLink, useNavigate, useSearchParams } from 'react-router';
import type { CaseListItem } from '../../../../domain/views.ts';
import { useCaseCount, useCaseList } from '../api/cases.ts';
import { useMe } from '../api/session.ts';
import { CaseClock } from '../parts/case-clock.tsx';
import { CaseStateTag } from '../parts/case-state.tsx';
import { Picture } from '../parts/picture.tsx';
import { SeverityMark } from '../parts/severity.tsx';
import { Failure, Loading, Nothing } from '../parts/states.tsx';
import { moment } from '../parts/time.ts';
import { useEventTypeName } from '../parts/use-names.ts';
import { firstQueue, queueOf, queues } from './queues.ts';
import './case-list.css';

export function CaseList() {
  const { t } = useTranslation();
  const { user } = useMe();
  const [params, setParams] = useSearchParams();
  const queue = queueOf(params.get('queue')) ?? firstQueue(user.roles);
  const text = params.get('text') ?? '';
  const question = useMemo(() => ({ ...queue.question, text }), [queue, text]);
  const list = useCaseList(question);
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);

  function search(next: string): void {
    setParams((before) => {
      const after = new URLSearchParams(before);
      if (next.trim() === '') after.delete('text');
      else after.set('text', next.trim());
      return after;
    }, { replace: true });
  }

  return (
    <div className="case-list">
      <nav className="case-queues" aria-label={t('cases.queues')}>
        {queues.map((one) => <QueueLink key={one.id} queue={one} current={one.id === queue.id} mine={one.of.some((role) => user.roles.includes(role))} />)}
      </nav>
      <section className="case-table">
        <header>
          <h1>{t(`cases.queue.${queue.id}`)} <span className="num faint">{list.data?.pages[0]?.total ?? ''}</span></h1>
          <Input.Search key={queue.id} className="case-search" size="small" allowClear placeholder={t('cases.search')} aria-label={t('cases.search')} defaultValue={text} onSearch={search} data-testid="case-search" />
        </header>
        {list.isPending && <Loading rows={8} />}
        {list.error !== null && list.data === undefined && <Failure error={list.error} retry={() => void list.refetch()} />}
        {list.data !== undefined && rows.length === 0 && <Nothing title={text === '' ? t('cases.empty') : t('cases.notFound', { text })} hint={text === '' ? t(`cases.emptyHint.${queue.id}`) : t('cases.notFoundHint')} />}
        {rows.length > 0 && <CaseTable rows={rows} more={list.hasNextPage} loadingMore={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} />}
      </section>
    </div>
  );
}

function QueueLink({ queue, current, mine }: { readonly queue: (typeof queues)[number]; readonly current: boolean; readonly mine: boolean }) {
  const { t } = useTranslation();
  const { data: count } = useCaseCount(queue.question);
  return (
    <NavLink to={`/cases?queue=${queue.id}`} className={`case-queue${current ? ' current' : ''}${mine ? ' mine' : ''}`} aria-current={current ? 'page' : undefined} data-testid={`case-queue-${queue.id}`}>
      <span>{t(`cases.queue.${queue.id}`)}</span>
      <span className={count === 0 ? 'num faint' : 'num'}>{count === undefined ? '' : count >= 10_000 ? '9999+' : count}</span>
    </NavLink>
  );
}

interface CaseTableProps {
  readonly rows: readonly CaseListItem[];
  readonly more: boolean;
  readonly loadingMore: boolean;
  readonly onMore: () => void;
}

function CaseTable({ rows, more, loadingMore, onMore }: CaseTableProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const name = useEventTypeName();
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const narrow = size.width < 720;
  const columns: TableColumnsType<CaseListItem> = [
    { key: 'picture', width: 84, render: (_value, row) => <Picture className="case-thumb" src={row.thumbnail} alt="" thumb /> },
    {
      key: 'what', title: t('cases.column.what'), width: narrow ? Math.max(180, size.width - 84) : 230,
      render: (_value, row) => (
        <div className="case-what">
          <span><SeverityMark severity={row.severity} /> <b>{row.subclass?.name ?? name(row)}</b>{row.round > 0 && <span className="case-round"> {t('case.round', { n: row.round })}</span>}</span>
          <Link to={`/cases/${row.id}`} className="num case-number" onClick={(event) => event.stopPropagation()}>{row.number}</Link>
          {narrow && <span className="dim clip-text">{row.address}</span>}
          {narrow && <span><CaseStateTag state={row.state} /> <CaseClock clock={row.clock} /></span>}
        </div>
      ),
    },
    ...(narrow ? [] : [
      { key: 'place', title: t('cases.column.place'), ellipsis: true, render: (_value: unknown, row: CaseListItem) => <><span className="clip-text">{row.address ?? row.cell ?? '—'}</span><br /><span className="faint clip-text">{row.district?.name ?? ''}</span></> },
      { key: 'state', title: t('cases.column.state'), width: 120, render: (_value: unknown, row: CaseListItem) => <CaseStateTag state={row.state} /> },
      { key: 'unit', title: t('cases.column.unit'), width: 170, ellipsis: true, render: (_value: unknown, row: CaseListItem) => <>{row.leadUnit?.name ?? <span className="faint">—</span>}{row.handler !== null && <><br /><span className="faint">{row.handler.name}</span></>}</> },
      { key: 'clock', title: t('cases.column.clock'), width: 190, render: (_value: unknown, row: CaseListItem) => <CaseClock clock={row.clock} /> },
      { key: 'since', title: t('cases.column.reported'), width: 120, render: (_value: unknown, row: CaseListItem) => <span className="num dim">{moment(row.reportedAt)}</span> },
    ]),
  ];
  return (
    <div className="case-rows" ref={box}>
      {size.height > 0 && (
        <Table<CaseListItem>
          rowKey="id" size="small" columns={columns} dataSource={[...rows]} pagination={false} virtual scroll={{ y: size.height - (more ? 84 : 40), x: narrow ? size.width - 2 : 960 }}
          onRow={(row) => ({ onClick: () => void navigate(`/cases/${row.id}`), 'data-testid': 'case-row', 'data-number': row.number, 'data-state': row.state }) as React.HTMLAttributes<HTMLElement>}
          showHeader={!narrow}
        />
      )}
      {more && <Button block type="text" loading={loadingMore} onClick={onMore}>{t('cases.more')}</Button>}
    </div>
  );
}

/** Size of an element that fills its place; the virtual table wants numbers. */
function useSize(ref: React.RefObject<HTMLElement | null>): { readonly width: number; readonly height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const element = ref.current;
    if (element === null) return undefined;
    const watch = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setSize({ width: Math.floor(entry.contentRect.width), height: Math.floor(entry.contentRect.height) });
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, [ref]);
  return size;
}
