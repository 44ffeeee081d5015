/** What the desk asks of the case service. Refusals are the errors of errors.ts; ids outside the actor's scope are NotFound. */
import type { AlertAction, AlertInput } from './alert-input.ts';
import type { DetectionMessage, MediaRef } from './detection.ts';
import type { Point } from './geometry.ts';
import type { Actor } from './roles.ts';
import type { ActionOffer, AlertDetail, AlertFilter, AlertView, CaseFilter, CaseListItem, CaseView, Page } from './views.ts';

type AlertDo<A extends AlertAction> = (actor: Actor, id: string, input: AlertInput<A>) => Promise<AlertView>;

export interface AlertService {
  list(actor: Actor, filter: AlertFilter): Promise<Page<AlertView>>;
  get(actor: Actor, id: string): Promise<AlertDetail>;
  readonly claim: AlertDo<'claim'>;
  readonly release: AlertDo<'release'>;
  readonly confirm: AlertDo<'confirm'>;
  readonly reject: AlertDo<'reject'>;
  readonly merge: AlertDo<'merge'>;
  readonly undo: AlertDo<'undo'>;
}

export interface CaseService {
  list(actor: Actor, filter: CaseFilter): Promise<Page<CaseListItem>>;
  /** @param id the case's uuid or its number */
  get(actor: Actor, id: string): Promise<CaseView>;
  /** @param input checked against createCaseInput of workflow.ts */
  create(actor: Actor, input: unknown): Promise<CaseView>;
  actions(actor: Actor, id: string): Promise<readonly ActionOffer[]>;
  act(actor: Actor, id: string, request: { readonly action: string; readonly version: number; readonly input?: unknown }): Promise<CaseView>;
}

export interface Intake {
  /**
   * Stores one message; the same message again answers the same. A repeat answers the alert that it was folded into, a silenced one the
   * rejected alert whose silence swallowed it.
   */
  accept(message: DetectionMessage): Promise<IntakeAnswer>;
}
export interface IntakeAnswer {
  readonly alertId: string;
  readonly part: 'raised' | 'repeat' | 'silenced';
}

export interface MediaInfo {
  readonly id: string;
  readonly sha256: string;
  readonly mime: string;
  readonly bytes: number;
  readonly kind: string;
  readonly fileName: string | null;
}

export interface MediaService {
  /** @throws NotFound when absent or when no alert or case that shows it is in the actor's scope (an uploader sees his own) */
  find(actor: Actor, id: string): Promise<MediaInfo>;
  /** Registers an uploaded file that already lies in the evidence store. @returns its id, to be named in actions */
  register(actor: Actor, ref: MediaRef, about: { fileName?: string | undefined; takenAt?: string | undefined; point?: Point | undefined }): Promise<string>;
}
