import type { Camera, CameraInput } from '../domain/camera.ts';
import { liveInput, relayInput } from './ffmpeg-arguments.ts';
import type { LiveSource, Quality } from './live/index.ts';
import { liveInputOf } from './plan-inputs.ts';
import { probeInput, type StreamForm } from './probe.ts';
import type { StandingInput } from './standing-input.ts';

/** The part of a held camera that matters here. */
interface Watched {
  readonly camera: Camera;
  standing(): readonly Pick<StandingInput, 'input' | 'profile' | 'codec' | 'relayPorts'>[];
}

/** What a stream is made of is asked anew after so long, milliseconds. */
const formLife = 3600_000;

/** Browsers play H.264 whose pictures come in their order; anything else is transcoded. */
const isCopyable = ({ codec, bFrames }: StreamForm): boolean => codec === 'h264' && !bFrames;

/**
 * Says where live pictures of a camera come from. Of a stream that stands its form is known; another one is asked for its form, once,
 * before it is copied to browsers that could not play it.
 * @param timeout milliseconds that a camera may take for any answer
 */
export function createLiveSources({ timeout, probe = probeInput }: { timeout: number; probe?: typeof probeInput }) {
  const forms = new Map<string, { readonly at: number; readonly form: Promise<StreamForm> }>();

  function formOf(input: CameraInput): Promise<StreamForm> {
    const known = forms.get(input.url);
    if (known !== undefined && performance.now() - known.at < formLife) return known.form;
    const form = probe(input, timeout);
    const asked = { at: performance.now(), form };
    forms.set(input.url, asked);
    form.catch(() => { if (forms.get(input.url) === asked) forms.delete(input.url); });
    return form;
  }

  /** @throws Error that a person can read */
  return async function sourceOf(held: Watched | null, quality: Quality): Promise<LiveSource> {
    if (held === null) throw new Error('this node does not hold the camera');
    const { camera } = held;
    const input = liveInputOf(camera, quality);
    if (input === null || !camera.enabled) throw new Error(camera.enabled ? 'the camera has no input for live pictures' : 'the camera is switched off');
    const standing = held.standing().find((each) => each.input.url === input.url) ?? held.standing().find((each) => each.relayPorts.length > 0);
    if (standing === undefined) return liveInput(input, timeout, isCopyable(await formOf(input)));
    const form = { codec: standing.profile?.codec ?? standing.codec ?? 'h264', bFrames: standing.profile?.bFrames === true };
    const port = standing.relayPorts[quality === 'high' ? 0 : 1];
    return port === undefined ? liveInput(input, timeout, isCopyable(form)) : relayInput(port, form.codec, isCopyable(form));
  };
}
