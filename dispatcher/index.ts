/** The dispatcher: the case service as a library, and the process that carries effects, keeps clocks and numbers the event log. */
export { createAlertService } from './alert-service.ts';
export { createCaseService } from './case-service.ts';
export { createIntake, NotYetStored } from './intake.ts';
export { StaleFence } from './refusals.ts';
export { createMediaService } from './media-service.ts';
export type { Context } from './context.ts';
export { seedCatalogue } from './catalogue/index.ts';
export { startDispatcher, type Dispatcher, type DispatcherOptions } from './start.ts';
export type { RecheckPort } from './handlers.ts';
export { verify, type Verdict } from './verify.ts';
export { checks, type Check } from './verify-checks.ts';
export { orphans } from './verify-evidence.ts';
export { reportedHashes, sweepEvidence } from './sweep-evidence.ts';
