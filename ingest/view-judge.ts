import { glance, matchView, type Agreement, type ViewMatch } from './view-match.ts';
import { fineColumns, fineRows, signatureFrom, type ViewSignature } from './view-signature.ts';

/** What a view looked like in one light, as a slow mean: what passes by fades, what stands stays. */
interface Template {
  readonly mean: Float32Array;
  signature: ViewSignature;
  samples: number;
  /** When it last agreed; the one that has not for longest makes place. */
  usedAt: number;
}

interface Known {
  /** Null = the one view of a camera that stands still. */
  readonly id: string | null;
  readonly templates: Template[];
}

/** A configured view: its picture's signature. */
export interface ViewReference {
  readonly id: string;
  readonly signature: ViewSignature;
}

export interface ViewVerdict {
  /** `covered`: does not fit for the moment. `moved`: has not fitted for long. */
  readonly state: 'known' | 'covered' | 'moved';
  /** Which configured view is shown; null where it is unknown, or the camera has but one. */
  readonly view: string | null;
  /** Where the view lies in the picture when it was knocked out of its place: shares of width and height. */
  readonly shift: readonly [number, number] | null;
}

/** A view's templates as they are kept over restarts: edges in base64. */
export type ViewMemory = readonly { readonly id: string | null; readonly templates: readonly { readonly edges: string; readonly samples: number }[] }[];

export interface ViewJudgeOptions {
  /** Views of a camera that turns; none = it stands still, and what it shows at first is its view. */
  readonly references: readonly ViewReference[];
  readonly memory?: ViewMemory | null;
  /** What fits no view for so long, and in so many samples, is moved: a bus that waits for its passengers is not. Milliseconds. */
  readonly movedAfter: number;
}

const leastSamples = 4;
/** Looks of one view that are kept: day, dusk, lamps, infrared. */
const templateLimit = 4;
/** A template follows the light with the weight of so many samples. */
const inertia = 100;
/** A first look that was taken of a bus, or while the camera still turned, is thrown away when less than so many samples agreed with it. */
const firmAfter = 5;
/** A view that agrees only so well, for so many samples, is in a light of which there is no template yet. */
const weak = 0.45;
const weakSamples = 10;
/** Views that are looked at closely when the camera shows another than before. */
const closely = 2;

const template = (signature: ViewSignature, samples: number, at: number): Template =>
  ({ mean: Float32Array.from(signature.fine.edges), signature, samples, usedAt: at });

/** Says of the pictures of one camera, one after the other, which view they show. Pure but for what it remembers. */
export class ViewJudge {
  readonly #known: Known[];
  readonly #turns: boolean;
  readonly #movedAfter: number;
  #current: Known;
  #strange: { readonly since: number; samples: number } | null = null;
  #weak = 0;
  #learned = 0;

  constructor({ references, memory, movedAfter }: ViewJudgeOptions) {
    this.#turns = references.length > 0;
    this.#movedAfter = movedAfter;
    const remembered = (id: string | null): Template[] => (memory?.find((m) => m.id === id)?.templates ?? [])
      .map(({ edges, samples }) => template(signatureFrom(Int8Array.from(Buffer.from(edges, 'base64'))), samples, 0));
    this.#known = this.#turns
      ? references.map(({ id, signature }) => ({ id, templates: [template(signature, firmAfter, 0), ...remembered(id)] }))
      : [{ id: null, templates: remembered(null) }];
    this.#current = this.#known[0]!;
  }

  /** How often something was learned that is worth keeping. */
  get learned(): number { return this.#learned; }

  /** What is to be kept; a configured picture is there anyway. */
  memory(): ViewMemory {
    return this.#known.map(({ id, templates }) => ({
      id, templates: templates.slice(this.#turns ? 1 : 0).map((t) => ({ edges: Buffer.from(t.signature.fine.edges).toString('base64'), samples: t.samples })),
    }));
  }

  /** @param at milliseconds of a clock that does not jump */
  judge(signature: ViewSignature, at: number): ViewVerdict {
    let shift: ViewVerdict['shift'] = null;
    for (const known of this.#inOrder(signature)) {
      const { template: found, match } = this.#look(known, signature);
      if (match.kind === 'same') {
        this.#learn(known, found, signature, match.at, at);
        this.#current = known;
        this.#strange = null;
        return { state: 'known', view: known.id, shift: null };
      }
      // a camera that stands still is where it was, whatever fog hides; one that turns may be anywhere
      if (match.kind === 'blind' && !this.#turns && this.#strange === null) return { state: 'known', view: null, shift: null };
      if (match.kind === 'shifted') shift ??= [match.at.dx / fineColumns, match.at.dy / fineRows];
    }
    if (!this.#turns && this.#begin(this.#current, signature, at)) return { state: 'known', view: null, shift: null };
    return { state: this.#strangeFor(at), view: null, shift };
  }

  /** The view that was shown last, then those that look most like the picture. */
  * #inOrder(signature: ViewSignature): Generator<Known> {
    if (this.#current.templates.length > 0) yield this.#current;
    const alike = (known: Known): number => Math.max(...known.templates.map((t) => glance(t.signature, signature)));
    const others = this.#known.filter((known) => known !== this.#current).map((known) => ({ known, like: alike(known) }));
    for (const { known } of others.toSorted((a, b) => b.like - a.like).slice(0, closely)) yield known;
  }

  #look({ templates }: Known, signature: ViewSignature): { readonly template: Template; readonly match: ViewMatch } {
    const looks = templates.map((each) => ({ each, like: templates.length === 1 ? 1 : glance(each.signature, signature) })).toSorted((a, b) => b.like - a.like);
    const found = looks[0]!.each;
    return { template: found, match: matchView(found.signature, signature) };
  }

  /** Takes a first look, or another when the first proved wrong. */
  #begin({ templates }: Known, signature: ViewSignature, at: number): boolean {
    if (templates.length > 1 || (templates[0]?.samples ?? 0) >= firmAfter) return false;
    templates.splice(0, 1, template(signature, 1, at));
    return true;
  }

  #learn(known: Known, found: Template, signature: ViewSignature, { dx, dy, mean }: Agreement, at: number): void {
    found.usedAt = at;
    this.#weak = mean < weak && found.samples >= firmAfter ? this.#weak + 1 : 0;
    if (this.#weak > weakSamples && dx === 0 && dy === 0) {
      this.#weak = 0;
      this.#add(known, template(signature, 1, at));
      return;
    }
    found.samples += 1;
    const weight = 1 / Math.min(found.samples, inertia);
    const { columns, rows, edges } = signature.fine;
    for (let y = Math.max(0, -dy); y < Math.min(rows, rows - dy); y += 1) {
      for (let x = 2 * Math.max(0, -dx); x < 2 * Math.min(columns, columns - dx); x += 1) {
        // the picture is laid back over the template, so that the template stays where the view is
        const i = y * 2 * columns + x;
        found.mean[i]! += (edges[i + 2 * (dy * columns + dx)]! - found.mean[i]!) * weight;
      }
    }
    // rounded anew only now and then: one sample changes little
    if (found.samples > firmAfter && found.samples % 10 !== 0) return;
    found.signature = signatureFrom(Int8Array.from(found.mean, Math.round));
    if (found.samples === firmAfter || found.samples % (5 * inertia) === 0) this.#learned += 1;
  }

  #add({ templates }: Known, fresh: Template): void {
    if (templates.length >= templateLimit) {
      // a configured picture stays
      const oldest = templates.slice(this.#turns ? 1 : 0).reduce((a, b) => (b.usedAt < a.usedAt ? b : a));
      templates.splice(templates.indexOf(oldest), 1);
    }
    templates.push(fresh);
  }

  #strangeFor(at: number): 'covered' | 'moved' {
    this.#strange ??= { since: at, samples: 0 };
    this.#strange.samples += 1;
    return at - this.#strange.since >= this.#movedAfter && this.#strange.samples >= leastSamples ? 'moved' : 'covered';
  }
}
