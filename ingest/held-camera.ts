import type { Camera, CameraState, CameraStatus, FrameQuality } from '../domain/camera.ts';
import type { Frame } from '../domain/frame.ts';
import type { Log } from '../platform/log.ts';
import { CameraStateHolder, worstOf, type Stated } from './camera-state.ts';
import type { DialGate } from './dial-gate.ts';
import type { Announced } from './frame-reader.ts';
import { freeUdpPort } from './free-udp-port.ts';
import { planInputs, type PlannedInput } from './plan-inputs.ts';
import { PictureJudge } from './picture-judge.ts';
import type { Ring } from './ring.ts';
import { sampleLimit } from './sample-mode.ts';
import type { IngestSettings } from './settings.ts';
import { StandingInput, type InputState } from './standing-input.ts';
import { openViews, viewsKey, type Views } from './views.ts';

/** What the detector says of a camera. */
export interface Analysis {
  readonly analysed: boolean;
  readonly reason: string | null;
  readonly lastSampleAt: string | null;
}

export interface HeldCameraOptions {
  readonly camera: Camera;
  readonly fence: number;
  readonly ring: Ring;
  /** File for what is learned of its views. */
  readonly viewsFile: string;
  readonly gate: DialGate;
  readonly settings: IngestSettings;
  readonly log: Log;
  readonly onFrame: (frame: Frame) => void;
  readonly analysisOf: (camera: string) => Analysis;
  /** State or analysis changed. */
  readonly onStatus: (status: CameraStatus) => void;
}

export interface CameraCounters {
  readonly samples: number;
  readonly restarts: number;
  readonly lostPackets: number;
  readonly damaged: number;
  readonly ringBytes: number;
  readonly quality: FrameQuality | null;
}

interface Entry { readonly plan: PlannedInput; readonly standing: StandingInput; stated: Stated<InputState> }

/** Time for a key frame to come late before the missing of it is held against the camera, seconds. */
const slack = 8;

/** One camera that this node holds: its standing inputs, its state, its judgement. */
export class HeldCamera {
  readonly fence: number;
  readonly #options: HeldCameraOptions;
  readonly #state: CameraStateHolder;
  readonly #judge: PictureJudge;
  #camera: Camera;
  #inputs: Entry[] = [];
  #applied = '';
  #views: Views | null = null;
  #viewsApplied = '';
  #viewsWork: Promise<void> = Promise.resolve();
  #work: Promise<void> = Promise.resolve();
  #closed: Promise<void> | null = null;
  #last: (Announced & { readonly run: string; readonly data: Uint8Array; readonly at: number }) | null = null;
  #lastSample = performance.now();
  #quality: FrameQuality | null = null;
  #wellAt = -Infinity;
  #told: CameraStatus | null = null;

  constructor(options: HeldCameraOptions) {
    this.#options = options;
    this.fence = options.fence;
    this.#camera = options.camera;
    this.#judge = new PictureJudge(options.settings.frozenAfter);
    this.#state = new CameraStateHolder({ log: options.log, onChange: () => this.tick() });
    this.update(options.camera);
  }

  get camera(): Camera { return this.#camera; }
  get state(): CameraState { return this.#state.current.state; }
  /** The newest sample: stream time of its run, and when it came. */
  get last(): (Announced & { readonly run: string; readonly data: Uint8Array; readonly at: number }) | null { return this.#last; }
  standing(): readonly StandingInput[] { return this.#inputs.map(({ standing }) => standing); }

  /** Takes over a new revision. Only what the inputs depend on makes them dial anew. */
  update(camera: Camera): void {
    this.#camera = camera;
    this.#watchViews();
    const key = JSON.stringify([camera.enabled, camera.inputs, camera.sessions]);
    if (key === this.#applied || this.#closed !== null) return;
    this.#applied = key;
    this.#work = this.#work.then(() => this.#apply(planInputs(camera))).catch((error: unknown) => this.#options.log.error({ err: error }, 'camera'));
  }

  /** Views matter where rules are; zones that were drawn anew make the picture of now their view. */
  #watchViews(): void {
    const camera = this.#camera;
    const key = camera.rules.length === 0 ? '' : viewsKey(camera);
    if (key === this.#viewsApplied) return;
    this.#viewsApplied = key;
    this.#judge.views = key === '' || (camera.views ?? []).length === 0 ? null : 'opening';
    const { viewsFile: file, settings: { movedAfter }, log } = this.#options;
    this.#viewsWork = this.#viewsWork.then(async () => {
      this.#views = key === '' ? null : await openViews({ camera, file, movedAfter, log });
      this.#judge.views = this.#views?.judge ?? null;
    }).catch((error: unknown) => log.error({ err: error }, 'the views of the camera cannot be opened'));
  }

  #keepViews(): Promise<void> {
    this.#viewsWork = this.#viewsWork.then(() => this.#views?.save())
      .catch((error: unknown) => this.#options.log.warn({ err: error }, 'what was learned of the views cannot be kept'));
    return this.#viewsWork;
  }

  async #apply(plans: readonly PlannedInput[]): Promise<void> {
    const same = (a: PlannedInput, b: PlannedInput): boolean => JSON.stringify(a) === JSON.stringify(b);
    const gone = this.#inputs.filter(({ plan }) => !plans.some((other) => same(plan, other)));
    const kept = this.#inputs.filter((input) => !gone.includes(input));
    await Promise.all(gone.map(({ standing }) => standing.close()));
    const fresh = await Promise.all(plans.filter((plan) => !kept.some((input) => same(input.plan, plan))).map((plan) => this.#stand(plan)));
    this.#inputs = [...kept, ...fresh];
    if (this.#closed !== null) return;
    this.#combine();
    for (const { standing } of fresh) standing.start();
  }

  async #stand(plan: PlannedInput): Promise<Entry> {
    const { ring, gate, settings, log } = this.#options;
    const entry: Entry = {
      plan,
      stated: { state: 'connecting', reason: 'starting: waiting for the camera' },
      standing: new StandingInput({
        camera: this.#camera.id, input: plan.input, samples: plan.samples, record: plan.record,
        relayPorts: plan.relay ? [await freeUdpPort(), await freeUdpPort()] : [],
        ring, gate, settings, log,
        limit: () => sampleLimit(this.#camera.rules),
        onState: (state, reason) => {
          entry.stated = { state, reason };
          this.#combine();
        },
        onSample: (sample, data, run) => this.#take(sample, data, run),
      }),
    };
    return entry;
  }

  #combine(): void {
    if (this.#closed !== null) return;
    if (!this.#camera.enabled) {
      this.#state.become('disabled', 'disabled: the camera is switched off here');
      return;
    }
    const { state, reason } = worstOf(this.#inputs.map(({ stated }) => stated));
    this.#state.become(state, reason);
  }

  #take(sample: Announced, data: Uint8Array, run: string): void {
    if (this.#closed !== null) return;
    const monotonic = performance.now();
    const { quality, view, shift } = this.#judge.judge(data, sample.width, sample.height, monotonic, sample.damaged);
    if (quality !== this.#quality) this.#options.log.info({ quality, shift }, 'picture quality');
    this.#quality = quality;
    this.#last = { ...sample, run, data, at: Date.now() };
    this.#lastSample = monotonic;
    this.#options.onFrame({
      cameraId: this.#camera.id, view, width: sample.width, height: sample.height, data, streamTime: sample.time,
      arrivedAt: this.#last.at, monotonic, quality, run, fence: this.fence,
    });
  }

  /** Looks whether the camera is analysed; to be called each second. */
  tick(): void {
    void this.#keepViews();
    const status = this.#status();
    const told = this.#told;
    if (told !== null && told.state === status.state && told.stateReason === status.stateReason && told.analysed === status.analysed && told.analysedReason === status.analysedReason) return;
    this.#told = status;
    this.#options.onStatus(status);
  }

  #status(): CameraStatus {
    const { state, reason } = this.#state.current;
    const { reason: missing, lastSampleAt } = this.#missing();
    const now = performance.now();
    if (missing === null) this.#wellAt = now;
    // a hiccup is no alarm; what the detector says has been weighed by it already
    const analysed = missing === null || (state !== 'disabled' && missing.hasty && now - this.#wellAt < this.#options.settings.notAnalysedAfter);
    return { state, stateReason: state === 'live' ? null : reason, analysed, analysedReason: analysed ? null : missing.text, lastSampleAt };
  }

  /** Why the camera is not analysed at this moment, or null. */
  #missing(): { reason: { text: string; hasty: boolean } | null; lastSampleAt: string | null } {
    const { state, reason } = this.#state.current;
    const detector = this.#options.analysisOf(this.#camera.id);
    const { lastSampleAt } = detector;
    const not = (text: string, hasty: boolean) => ({ reason: { text, hasty }, lastSampleAt });
    if (state === 'disabled') return not('disabled: the camera is switched off here', false);
    if (state !== 'live') return not(`camera_${state}: ${reason ?? state}`, true);
    const silent = (performance.now() - this.#lastSample) / 1000;
    if (silent > sampleLimit(this.#camera.rules) + slack) return not('no_samples: packets come, but no key picture', true);
    if (!detector.analysed) return not(detector.reason ?? 'unknown: the detector does not analyse it', false);
    return { reason: null, lastSampleAt };
  }

  status(): CameraStatus { return this.#status(); }

  counters(): CameraCounters {
    const add = (field: 'samples' | 'restarts' | 'lostPackets' | 'damaged'): number => this.#inputs.reduce((sum, { standing }) => sum + standing.counters[field], 0);
    return {
      samples: add('samples'), restarts: add('restarts'), lostPackets: add('lostPackets'), damaged: add('damaged'),
      ringBytes: this.#options.ring.of(this.#camera.id).flatMap((r) => r.pieces).reduce((sum, piece) => sum + piece.bytes, 0),
      quality: this.#quality,
    };
  }

  /** Ends its processes. The same promise when called again. */
  close(): Promise<void> {
    this.#closed ??= (async () => {
      await Promise.all(this.#inputs.map(({ standing }) => standing.close()));
      await this.#work;
      await Promise.all(this.#inputs.map(({ standing }) => standing.close()));
      await this.#keepViews();
    })();
    return this.#closed;
  }
}
