import type { Rule } from './camera.ts';
import { thresholdOf, type ModelManifest } from './model.ts';

/** Score from which a label counts for a rule: the rule's own, else the model's. */
export function minScoreOf(rule: Pick<Rule, 'minScore'>, manifest: Pick<ModelManifest, 'thresholds'>, label: string): number {
  return (typeof rule.minScore === 'object' ? rule.minScore[label] : rule.minScore) ?? thresholdOf(manifest, label);
}
