import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useVerdictFigures } from '../api/verdicts.ts';
import { usualMostLost } from '../../../../domain/verdict-lessons.ts';
import { Failure, Loading } from '../parts/states.tsx';
import { VerdictList } from '../verdicts/verdict-list.tsx';

const days = 90;

/** What the verdicts of the last months say of a camera's rules. */
export function CameraVerdicts({ camera }: { readonly camera: string }) {
  const { t } = useTranslation();
  const [since] = useState(() => new Date(Date.now() - days * 86_400_000).toISOString());
  const { data, error, isPending, refetch } = useVerdictFigures({ camera, since, mostLost: usualMostLost });
  return (
    <>
      <h3>{t('lessons.title')} · {t('lessons.days', { n: days })} · <Link className="camera-more" to={`/verdicts?camera=${encodeURIComponent(camera)}`}>{t('lessons.more')}</Link></h3>
      {isPending && <Loading rows={2} />}
      {error !== null && data === undefined && <Failure error={error} retry={() => void refetch()} />}
      {data !== undefined && (data.items.length === 0 ? <p className="faint">{t('lessons.empty')}</p> : <div className="camera-verdicts"><VerdictList rows={data.items} cameras={false} /></div>)}
    </>
  );
}
