import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { CaseListItem } from '../../../../domain/views.ts';
import { CaseClock } from '../parts/case-clock.tsx';
import { CaseStateTag } from '../parts/case-state.tsx';
import { Picture } from '../parts/picture.tsx';
import { SeverityMark } from '../parts/severity.tsx';
import { useEventTypeName } from '../parts/use-names.ts';

/** One task: the deadline first, then what and where. */
export function TaskCard({ task }: { readonly task: CaseListItem }) {
  const { t } = useTranslation();
  const name = useEventTypeName();
  return (
    <Link to={`/handler/${task.id}`} className="task-card" data-testid="task-card" data-number={task.number} data-state={task.state}>
      <div className="task-clock"><CaseClock clock={task.clock} /><CaseStateTag state={task.state} /></div>
      <div className="task-what">
        <div>
          <b><SeverityMark severity={task.severity} /> {task.subclass?.name ?? name(task)}</b>
          <p>{task.address ?? t('facts.noAddress')}</p>
          <p className="num faint">{task.number}{task.round > 0 && <span className="case-round"> · {t('case.round', { n: task.round })}</span>}</p>
        </div>
        <Picture className="task-thumb" src={task.thumbnail} alt="" thumb />
      </div>
    </Link>
  );
}
