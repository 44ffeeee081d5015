import { useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import { useCallback, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AlertInput } from '../../../../domain/alert-input.ts';
import { undoSeconds } from '../../../../domain/alert.ts';
import type { AlertView } from '../../../../domain/views.ts';
import { actOnAlert, alertKeys } from '../api/alerts.ts';
import { caseKeys } from '../api/cases.ts';
import { ApiError } from '../api/http.ts';
import { explain } from '../parts/states.tsx';
import { putRow } from './use-alert-queue.ts';

export type Verdict =
  | { readonly kind: 'confirm'; readonly input: AlertInput<'confirm'> }
  | { readonly kind: 'reject'; readonly input: AlertInput<'reject'> }
  | { readonly kind: 'merge'; readonly input: AlertInput<'merge'> };

export interface Judged {
  readonly alert: AlertView;
  readonly verdict: Verdict;
  /** When the person decided, milliseconds since the epoch. */
  readonly at: number;
  /** The server's answer; null after it refused. */
  readonly done: Promise<AlertView | null>;
}

/** How long the offer to undo stays on the screen; the key works as long as the server takes it. */
export const undoShownMs = 5_000;

async function send({ alert, verdict }: { alert: AlertView; verdict: Verdict }, myId: string): Promise<AlertView> {
  if (alert.state === 'new' || alert.claim?.by.id !== myId) await actOnAlert(alert.id, 'claim', {});
  switch (verdict.kind) {
    case 'confirm': return actOnAlert(alert.id, 'confirm', verdict.input);
    case 'reject': return actOnAlert(alert.id, 'reject', verdict.input);
    case 'merge': return actOnAlert(alert.id, 'merge', verdict.input);
  }
}

/**
 * Verdicts that do not wait for the network: the row leaves the queue at once, comes back when the server refuses, and the last
 * verdict can be taken back.
 */
export function useVerdicts(myId: string) {
  const client = useQueryClient();
  const { t } = useTranslation();
  const { notification } = App.useApp();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [last, setLast] = useState<Judged | null>(null);
  const lastRef = useRef<Judged | null>(null);

  const hide = useCallback((id: string, yes: boolean) => setHidden((before) => {
    const next = new Set(before);
    if (yes) next.add(id);
    else next.delete(id);
    return next;
  }), []);

  const refused = useCallback((alert: AlertView, error: unknown, title: string) => {
    const words = explain(error instanceof Error ? error : new Error(String(error)), t);
    notification.error({ key: `verdict-${alert.id}`, title, description: `${words.what} ${words.todo}`, duration: 12 });
    // Somebody was faster, or it is no longer open: what the server has is the truth.
    if (error instanceof ApiError && error.status !== 0) {
      void client.invalidateQueries({ queryKey: alertKeys.one(alert.id) });
      void client.invalidateQueries({ queryKey: alertKeys.all });
    }
  }, [client, notification, t]);

  const judge = useCallback((alert: AlertView, verdict: Verdict): void => {
    hide(alert.id, true);
    const done = send({ alert, verdict }, myId).then(
      (row) => {
        putRow(client, row);
        hide(alert.id, false);
        void client.invalidateQueries({ queryKey: caseKeys.all });
        void client.invalidateQueries({ queryKey: alertKeys.one(alert.id) });
        return row;
      },
      (error: unknown) => {
        hide(alert.id, false);
        if (lastRef.current?.alert.id === alert.id) lastRef.current = null;
        setLast((shown) => (shown?.alert.id === alert.id ? null : shown));
        refused(alert, error, t('verdict.refused', { camera: alert.cameraName }));
        return null;
      },
    );
    const judged: Judged = { alert, verdict, at: Date.now(), done };
    lastRef.current = judged;
    setLast(judged);
  }, [client, hide, myId, refused, t]);

  /** Takes the last verdict back. @returns the alert's id, or null when there is nothing to take back */
  const undo = useCallback(async (): Promise<string | null> => {
    const judged = lastRef.current;
    if (judged === null || Date.now() > judged.at + undoSeconds * 1000) return null;
    lastRef.current = null;
    setLast(null);
    if ((await judged.done) === null) return null;
    try {
      putRow(client, await actOnAlert(judged.alert.id, 'undo', {}));
      void client.invalidateQueries({ queryKey: alertKeys.one(judged.alert.id) });
      return judged.alert.id;
    } catch (error) {
      refused(judged.alert, error, t('verdict.undoRefused'));
      return null;
    }
  }, [client, refused, t]);

  const dismiss = useCallback(() => setLast(null), []);

  return { hidden, last, judge, undo, dismiss, refused };
}
