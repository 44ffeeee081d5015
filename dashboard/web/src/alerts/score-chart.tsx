import { useTranslation } from 'react-i18next';
import type { ScoreSample } from '../../../../domain/detection.ts';
import { timeOfDay } from '../parts/time.ts';

const width = 280;
const height = 56;

interface ScoreChartProps {
  readonly samples: readonly ScoreSample[];
  readonly threshold: number | null;
  readonly raisedAt: string;
}

/** The rule's view of the track: a bar a sample (present full, absent hollow, unknown a dot), the threshold and the moment it was raised. */
export function ScoreChart({ samples, threshold, raisedAt }: ScoreChartProps) {
  const { t } = useTranslation();
  const shown = samples.slice(-70);
  const first = shown[0];
  const last = shown.at(-1);
  if (first === undefined || last === undefined) return <p className="faint">{t('facts.noScores')}</p>;
  const start = Date.parse(first.at);
  const length = Math.max(1, Date.parse(last.at) - start);
  const x = (iso: string): number => 2 + ((Date.parse(iso) - start) / length) * (width - 4);
  const y = (score: number): number => height - score * height;
  const present = shown.filter((sample) => sample.state === 'present').length;
  const known = shown.filter((sample) => sample.state !== 'unknown').length;
  return (
    <figure className="score-chart">
      <svg viewBox={`0 0 ${width} ${height + 4}`} role="img" aria-label={t('facts.chart', { present, known })}>
        <line className="chart-base" x1="0" x2={width} y1={height + 1} y2={height + 1} />
        {threshold !== null && <line className="chart-threshold" x1="0" x2={width} y1={y(threshold)} y2={y(threshold)} />}
        {Date.parse(raisedAt) <= Date.parse(last.at) && <line className="chart-raised" x1={x(raisedAt)} x2={x(raisedAt)} y1="0" y2={height} />}
        {shown.map((sample, index) => <Mark key={index} sample={sample} x={x(sample.at)} />)}
      </svg>
      <figcaption className="num faint"><span>{timeOfDay(first.at)}</span><span>{t('facts.presence', { present, known })}</span><span>{timeOfDay(last.at)}</span></figcaption>
    </figure>
  );

  function Mark({ sample, x: at }: { readonly sample: ScoreSample; readonly x: number }) {
    switch (sample.state) {
      case 'present': return <line className="chart-present" x1={at} x2={at} y1={height} y2={y(sample.score ?? 0.5)} />;
      case 'absent': return <circle className="chart-absent" cx={at} cy={height - 3} r="2" />;
      case 'unknown': return <circle className="chart-unknown" cx={at} cy={height - 3} r="1" />;
    }
  }
}
