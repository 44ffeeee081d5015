import type { Point, Polygon } from './geometry.ts';

export const cameraStates = ['connecting', 'live', 'stalled', 'offline', 'unauthorised', 'unsupported', 'disabled'] as const;
export type CameraState = (typeof cameraStates)[number];

/** What may follow what; anything else is a defect and throws in the setter. */
export const cameraTransitions: Record<CameraState, readonly CameraState[]> = {
  connecting: ['live', 'stalled', 'offline', 'unauthorised', 'unsupported', 'disabled'],
  live: ['stalled', 'offline', 'connecting', 'unauthorised', 'unsupported', 'disabled'],
  stalled: ['live', 'connecting', 'offline', 'unauthorised', 'unsupported', 'disabled'],
  offline: ['connecting', 'disabled'],
  unauthorised: ['connecting', 'disabled'],
  unsupported: ['connecting', 'disabled'],
  disabled: ['connecting'],
};

/**
 * Judgement on the picture itself. Everything but `ok` counts as an unknown sample for the rules. `covered`: the picture does not fit
 * the reference view for the moment (a bus in front, a camera on its way between two views); `moved`: that has lasted.
 */
export type FrameQuality = 'ok' | 'black' | 'frozen' | 'blurred' | 'covered' | 'moved' | 'damaged';

export const inputRoles = ['detect', 'record', 'live', 'live-low'] as const;
export type InputRole = (typeof inputRoles)[number];

export interface CameraInput {
  /** rtsp:// or rtsps://, credentials included; masked wherever a person or a log sees it. */
  readonly url: string;
  readonly roles: readonly InputRole[];
  /** TCP interleaved unless the camera only does UDP. */
  readonly transport?: 'tcp' | 'udp' | undefined;
}

export interface Zone {
  readonly id: string;
  readonly name?: string | undefined;
  /** Normalised picture coordinates. */
  readonly polygon: Polygon;
  /** Longitude and latitude of the place that the zone watches. */
  readonly point?: Point | undefined;
  /** 事发位置 as text. */
  readonly address?: string | undefined;
  /** Reference view that the zone belongs to; absent = the camera's only view. */
  readonly view?: string | undefined;
  /** What stands here is permitted (外摆) and counts for no rule of this view; absent = a zone that rules watch. */
  readonly permitted?: Permission | undefined;
}

/** Where it is given, the thing is permitted. */
export interface Permission {
  /** Absent = all. */
  readonly eventTypes?: readonly string[] | undefined;
  /** Absent = always. */
  readonly hours?: readonly Period[] | undefined;
}

/** A reference view (预置位) of a camera that turns. */
export interface View {
  readonly id: string;
  readonly name?: string | undefined;
  /** What the camera shows there: a small JPEG, base64. */
  readonly picture: string;
}

export const severities = ['low', 'normal', 'high', 'urgent'] as const;
export type Severity = (typeof severities)[number];

/** Days by the city's calendar, which knows holidays and 调休 working days. */
export const calendarDays = ['all', 'workdays', 'holidays'] as const;
export type CalendarDays = (typeof calendarDays)[number];

/** Days that must be of the right weekday and of the right kind. */
interface Days {
  /** 1 = Monday … 7 = Sunday; absent = every day. */
  readonly weekdays?: readonly number[] | undefined;
  /** Absent = all. */
  readonly calendar?: CalendarDays | undefined;
}

/** A span of local time "HH:MM-HH:MM" on some days; what passes midnight belongs to the day on which it began. */
export interface Period extends Days {
  readonly hours: string;
}

export interface Schedule extends Days {
  /** Spans of local time; absent = all day. */
  readonly hours?: readonly string[] | undefined;
  /** When the thing is permitted (早夜市): the rule sleeps, whatever the other fields say. */
  readonly permitted?: readonly Period[] | undefined;
}

/**
 * Least share of the picture's area by where a thing stands, y and share: what is farther away is smaller. Between the two lines its
 * width and height grow evenly; beyond them they stay as they are.
 */
export interface SizeByPlace {
  readonly far: readonly [y: number, size: number];
  readonly near: readonly [y: number, size: number];
}

/** How far a thing may move that stands still, where the rule says nothing. */
export const usualDrift = 0.5;

export interface Rule {
  readonly id: string;
  /** Zone of the same camera. */
  readonly zone: string;
  readonly eventType: string;
  /** Id of a model. */
  readonly model: string;
  /** Labels of the model that must be present: any of `any`, and all of `all` (both when both are given). */
  readonly classes: { readonly any?: readonly string[] | undefined; readonly all?: readonly string[] | undefined };
  /** Least score, 0..1, of all labels or of each; absent = the threshold that the model's manifest names for the label. */
  readonly minScore?: number | Readonly<Record<string, number>> | undefined;
  /** Least share of the picture's area, 0..1. */
  readonly minSize: number | SizeByPlace;
  /** Milliseconds that the thing must have been present. */
  readonly dwell: number;
  /** Least share of present samples among the known ones in the dwell window, 0..1. */
  readonly presence: number;
  readonly minSamples: number;
  /** How far its middle may move in its own widths or heights before the dwell begins anew; absent = `usualDrift`. */
  readonly drift?: number | undefined;
  /** Milliseconds of absence after which a track is gone. */
  readonly grace: number;
  readonly schedule?: Schedule | undefined;
  /** Milliseconds that a rejected class and place stays silent. */
  readonly silence: number;
  readonly severity: Severity;
}

/** A camera as every stage sees it: configuration with defaults filled in. */
export interface Camera {
  readonly id: string;
  readonly name: string;
  readonly inputs: readonly CameraInput[];
  readonly point?: Point | undefined;
  readonly address?: string | undefined;
  /** Level-2 unit in whose area the camera stands, or null = city. */
  readonly districtId: string | null;
  readonly enabled: boolean;
  /** Number of RTSP sessions the camera allows; absent = no limit known. */
  readonly sessions?: number | undefined;
  /** 20-digit GB/T 28181 ids, kept, not spoken. */
  readonly gbDeviceId?: string | undefined;
  /** Absent or empty = the camera stands still. */
  readonly views?: readonly View[] | undefined;
  readonly zones: readonly Zone[];
  readonly rules: readonly Rule[];
  readonly revision: number;
}

/** What a vision node says of a camera it holds. */
export interface CameraStatus {
  readonly state: CameraState;
  /** Why, in words a person can act on; null when live. */
  readonly stateReason: string | null;
  /** True while samples are inferred and judged by every rule. */
  readonly analysed: boolean;
  readonly analysedReason: string | null;
  /** ISO time of the last picture that was analysed. */
  readonly lastSampleAt: string | null;
}
