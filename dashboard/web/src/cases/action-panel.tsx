import { App, Button, Form } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { finalStates } from '../../../../domain/case.ts';
import type { ActionOffer, CaseView } from '../../../../domain/views.ts';
import { useActOnCase, useCaseActions } from '../api/cases.ts';
import { ApiError } from '../api/http.ts';
import { explain, Failure, Loading } from '../parts/states.tsx';
import { SchemaForm } from './schema-form.tsx';

const backwards = new Set(['cancel', 'not_file', 'return', 'verify_fail', 'feedback_reject']);

/** What this person may do now: the usual next step open, the others a click away; who has to act when it is not this person. */
export function ActionPanel({ view }: { readonly view: CaseView }) {
  const { t } = useTranslation();
  const offers = useCaseActions(view.id);
  const [open, setOpen] = useState<string | null>(null);
  if (offers.isPending) return <Loading rows={3} />;
  if (offers.error !== null && offers.data === undefined) return <Failure error={offers.error} retry={() => void offers.refetch()} />;
  const list = offers.data ?? [];
  const primary = list.find((offer) => offer.primary);
  const shown = list.find((offer) => offer.action === open) ?? primary;
  const others = list.filter((offer) => offer !== shown);
  return (
    <div className="actions" data-testid="case-actions">
      {primary === undefined && <p className="actions-waits">{finalStates.includes(view.state) ? t('case.over') : t(`case.waits.${view.state}`)}</p>}
      {shown !== undefined && <ActionForm key={shown.action} offer={shown} view={view} onDone={() => setOpen(null)} />}
      {others.length > 0 && (
        <div className="actions-others">
          {others.map((offer) => <OtherAction key={offer.action} offer={offer} onOpen={() => setOpen(offer.action)} />)}
        </div>
      )}
    </div>
  );
}

function OtherAction({ offer, onOpen }: { readonly offer: ActionOffer; readonly onOpen: () => void }) {
  const { i18n } = useTranslation();
  return <Button size="small" type={offer.primary ? 'default' : 'text'} danger={backwards.has(offer.action)} onClick={onOpen} data-testid={`case-open-${offer.action}`}>{i18n.language === 'en' ? offer.label.en : offer.label.zh}</Button>;
}

interface ActionFormProps {
  readonly offer: ActionOffer;
  readonly view: CaseView;
  readonly camera?: boolean;
  readonly onDone?: () => void;
}

/**
 * One action with its form and its button; what was filled in stays while the case changes, until it is done. Refused fields are said at the field, everything else above the button.
 */
export function ActionForm({ offer, view, camera = false, onDone }: ActionFormProps) {
  const { t, i18n } = useTranslation();
  const { message } = App.useApp();
  const [form] = Form.useForm();
  const act = useActOnCase(view.id);
  const label = i18n.language === 'en' ? offer.label.en : offer.label.zh;
  const failure = act.error === null ? null : explain(act.error, t);

  async function submit(input: Readonly<Record<string, unknown>>): Promise<void> {
    try {
      const after = await act.mutateAsync({ action: offer.action, input, seen: view });
      form.resetFields();
      void message.success(t('case.done', { action: label, state: t(`case.state.${after.state}`) }));
      onDone?.();
    } catch (error) {
      if (!(error instanceof ApiError)) return;
      form.setFields(error.errors.map((field) => ({ name: field.path.replace(/^input\./, '').split('.')[0] ?? '', errors: [field.message] })));
      // the form may be gone with what the case was; the reason stays
      if (error.status === 409) void message.warning(Object.values(explain(error, t)).join(' '), 8);
    }
  }

  return (
    <section className="action-form" data-testid={`case-form-${offer.action}`}>
      <h3>{label}{offer.to !== view.state && <span className="faint"> → {t(`case.state.${offer.to}`)}</span>}</h3>
      {(offer.action === 'dispatch') && view.suggestion !== null && <p className="action-why">{t('case.suggestion', { unit: view.suggestion.leadUnit.name, reason: view.suggestion.reason })}</p>}
      <SchemaForm form={form} schema={offer.input} view={view} camera={camera} onFinish={(input) => void submit(input)} />
      {failure !== null && <p className="action-failed" role="alert">{failure.what} {failure.todo}</p>}
      <Button
        type={offer.primary || camera ? 'primary' : 'default'} danger={backwards.has(offer.action)} block size={camera ? 'large' : 'middle'} loading={act.isPending}
        onClick={() => form.submit()} data-testid={`case-action-${offer.action}`}
      >
        {label}
      </Button>
    </section>
  );
}
