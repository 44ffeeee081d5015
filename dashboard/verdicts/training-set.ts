import { samePlaceOverlap } from '../../domain/alert.ts';
import type { Camera, Rule } from '../../domain/camera.ts';
import type { Detection } from '../../domain/detection.ts';
import { overlap } from '../../domain/geometry.ts';
import type { ModelManifest } from '../../domain/model.ts';
import type { JudgedAlert } from './judged-alerts.ts';
import type { Standing } from './standing.ts';

/** What became of a verdict: a picture with boxes, one without (hard negative), or why it is only listed. */
export type Use = 'positive' | 'negative' | LeftOut;
export type LeftOut =
  /** 属实不立案 */
  | 'neutral'
  | 'no_picture'
  /** Something else of the same kind stood there, and nobody has judged it. */
  | 'unjudged_beside'
  /** Somebody else found the same thing at the same place to be there. */
  | 'contradicted'
  /** The rule asks for several things together, and nobody said which of them was not there. */
  | 'composite';

export interface SetPicture {
  /** The same picture has the same name in every export. */
  readonly name: string;
  readonly file: string;
  readonly sha256: string;
  readonly boxes: readonly Detection[];
}

export interface TrainingSet {
  readonly classes: readonly string[];
  /** Classes of which every picture shows all that there is, as far as the zones of its camera reach. */
  readonly labelled: readonly string[];
  readonly pictures: readonly SetPicture[];
  readonly lines: readonly { readonly alert: JudgedAlert; readonly use: Use; readonly file: string | null }[];
}

const extensions: Readonly<Record<string, string>> = { 'image/jpeg': 'jpg', 'image/png': 'png' };
/** Two boxes of one label that share more than this are one thing. */
const sameBox = 0.5;

/** Boxes of a thing; one that came without parts is of the class that its event is called by. */
function boxesOf(thing: Pick<Standing, 'eventType' | 'box' | 'boxes'>): readonly Detection[] {
  if (thing.boxes.length > 0) return thing.boxes;
  return thing.box === null ? [] : [{ label: thing.eventType, score: 1, box: thing.box }];
}

function distinct(boxes: readonly Detection[]): Detection[] {
  const kept: Detection[] = [];
  for (const box of boxes) if (!kept.some((k) => k.label === box.label && overlap(k.box, box.box) > sameBox)) kept.push(box);
  return kept;
}

/**
 * Makes a training set of judged alerts. A picture shows what was alerted, if that was true, and all else that stood before the camera at
 * that moment and was found true; without that, a hard negative would teach that the stall beside is none. Where that is not known, the
 * picture is left out.
 * @param standing what else stood there, by the id of the alert
 */
export function layOutTrainingSet(alerts: readonly JudgedAlert[], standing: ReadonlyMap<string, readonly Standing[]>, cameras: Cameras, models: ReadonlyMap<string, ModelManifest>): TrainingSet {
  const kinds = new Set(alerts.map((a) => a.eventType));
  const pictures = new Map<string, SetPicture>();
  let labelled: readonly string[] | null = null;
  const viewOf = (camera: string, zone: string | null): string | undefined => cameras.get(camera)?.zones.find((z) => z.id === zone)?.view;

  const judge = (alert: JudgedAlert): { use: Use; boxes: readonly Detection[] } => {
    const out = (use: LeftOut) => ({ use, boxes: [] });
    if (alert.lesson === 'true_unfiled') return out('neutral');
    if (alert.picture === null || extensions[alert.picture.mime] === undefined) return out('no_picture');
    const view = viewOf(alert.camera, alert.zone);
    const beside = (standing.get(alert.id) ?? []).filter((s) => s.lesson !== 'false' && kinds.has(s.eventType) && viewOf(alert.camera, s.zone) === view);
    if (beside.some((s) => s.lesson === null)) return out('unjudged_beside');
    const others = beside.flatMap(boxesOf);
    if (alert.lesson === 'false' && isComposite(ruleOf(alert, cameras))) return out('composite');
    if (alert.lesson === 'confirmed') return { use: 'positive', boxes: distinct([...boxesOf(alert), ...others]) };
    const denied = boxesOf(alert);
    if (others.some((o) => denied.some((d) => d.label === o.label && overlap(d.box, o.box) >= samePlaceOverlap))) return out('contradicted');
    return { use: 'negative', boxes: distinct(others) };
  };

  const lines = alerts.map((alert) => {
    const { use, boxes } = judge(alert);
    if ((use !== 'positive' && use !== 'negative') || alert.picture === null) return { alert, use, file: null };
    const name = alert.picture.sha256.slice(0, 24);
    const file = `${name}.${extensions[alert.picture.mime] ?? 'jpg'}`;
    // two alerts of one moment have one picture, which shows both
    const known = pictures.get(name);
    pictures.set(name, { name, file, sha256: alert.picture.sha256, boxes: distinct([...(known?.boxes ?? []), ...boxes]) });
    const asked = askedOf(alert, cameras, models);
    labelled = labelled?.filter((label) => asked.includes(label)) ?? asked;
    return { alert, use, file };
  });
  const seen = [...pictures.values()].flatMap((p) => p.boxes.map((b) => b.label));
  const ofModels = [...new Set(alerts.flatMap((a) => (a.model === null ? [] : [a.model.id])))].toSorted().flatMap((id) => models.get(id)?.labels ?? []);
  return { classes: [...new Set([...ofModels, ...(labelled ?? []), ...seen])], labelled: labelled ?? [], pictures: [...pictures.values()], lines };
}

type Cameras = ReadonlyMap<string, Pick<Camera, 'rules' | 'zones'>>;
const ruleOf = (alert: JudgedAlert, cameras: Cameras): Rule | undefined => cameras.get(alert.camera)?.rules.find((r) => r.id === alert.rule);
const isComposite = (rule: Rule | undefined): boolean => rule?.classes.all !== undefined && (rule.classes.all.length > 1 || rule.classes.any !== undefined);

/** Classes of which the alerts of this rule show all that there is: none where it takes them only together with others. */
function askedOf(alert: JudgedAlert, cameras: Cameras, models: ReadonlyMap<string, ModelManifest>): readonly string[] {
  const rule = ruleOf(alert, cameras);
  if (rule === undefined) return [...new Set(boxesOf(alert).map((b) => b.label))];
  if (isComposite(rule)) return [];
  const manifest = models.get(rule.model);
  const names = rule.classes.any ?? rule.classes.all ?? [];
  return [...new Set(names.flatMap((name) => (manifest?.labels.includes(name) === true ? [name] : manifest?.aliases?.[name] ?? [name])))];
}
