import { Button, Select, Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { falseReasons, trueUnfiledReasons, type RejectionReason } from '../../../../domain/alert.ts';
import type { AlertDetail, AlertView, Subclass } from '../../../../domain/views.ts';
import { moment } from '../parts/time.ts';
import { isOpen } from './use-alert-queue.ts';

/** The key of each reason: 1–5 误报, 6–9 and 0 属实不立案. */
export const reasonKeys: readonly (readonly [string, RejectionReason])[] = [...falseReasons, ...trueUnfiledReasons].map((reason, index) => [String((index + 1) % 10), reason] as const);

export const codeOf = (subclass: Subclass): string => `${subclass.standardRef} ${subclass.code}`;

interface VerdictPanelProps {
  readonly alert: AlertView;
  readonly detail: AlertDetail | undefined;
  readonly myId: string;
  readonly mayJudge: boolean;
  readonly mayDispatch: boolean;
  readonly subclass: Subclass | undefined;
  readonly onSubclass: (subclass: Subclass) => void;
  readonly onConfirm: () => void;
  readonly onDispatch: () => void;
  readonly onReject: (reason: RejectionReason) => void;
  readonly onClaim: () => void;
  readonly onRelease: () => void;
}

export function VerdictPanel(props: VerdictPanelProps) {
  const { t } = useTranslation();
  const { alert, detail, myId, mayJudge } = props;
  if (!isOpen(alert)) return <Settled alert={alert} />;
  if (!mayJudge) return <div className="verdict"><p className="dim">{t('verdict.notYours')}</p></div>;
  const other = alert.claim !== null && alert.claim.by.id !== myId ? alert.claim : null;
  const mine = alert.claim?.by.id === myId;
  const subclasses = detail?.subclasses ?? [];
  const suggestion = detail?.suggestion ?? null;
  return (
    <div className="verdict" aria-label={t('verdict.label')} role="group">
      {other !== null && <p className="verdict-taken" role="status">{t('verdict.takenBy', { name: other.by.name, until: moment(other.expiresAt) })}</p>}
      {subclasses.length > 0 && (
        <label className="verdict-class">
          <span className="dim">{t('verdict.class')}</span>
          <Select
            size="small" value={props.subclass === undefined ? null : codeOf(props.subclass)} data-testid="verdict-subclass" disabled={other !== null}
            options={subclasses.map((one) => ({ value: codeOf(one), label: `${one.code} ${one.name}` }))}
            onChange={(value) => {
              const chosen = subclasses.find((one) => codeOf(one) === value);
              if (chosen !== undefined) props.onSubclass(chosen);
            }}
          />
        </label>
      )}
      {suggestion !== null && <p className="verdict-suggestion"><Tooltip title={suggestion.reason}><span><span className="dim">{t('verdict.unit')}</span> {suggestion.leadUnit.name}{suggestion.coUnits.length > 0 && <span className="faint"> + {suggestion.coUnits.map((unit) => unit.name).join('、')}</span>}</span></Tooltip></p>}
      <div className="verdict-main">
        {props.mayDispatch && suggestion !== null ? (
          <>
            <Button type="primary" onClick={props.onDispatch} disabled={other !== null} data-testid="verdict-dispatch">{t('verdict.confirmDispatch')} <kbd>⇧↵</kbd></Button>
            <Button onClick={props.onConfirm} disabled={other !== null} data-testid="verdict-confirm">{t('verdict.confirm')} <kbd>↵</kbd></Button>
          </>
        ) : <Button type="primary" onClick={props.onConfirm} disabled={other !== null} data-testid="verdict-confirm">{t('verdict.confirm')} <kbd>↵</kbd></Button>}
        {mine ? <Button onClick={props.onRelease} data-testid="alert-release">{t('verdict.release')} <kbd>t</kbd></Button>
          : <Button onClick={props.onClaim} disabled={other !== null} data-testid="alert-claim">{t('verdict.claim')} <kbd>t</kbd></Button>}
      </div>
      <Reasons title={t('verdict.false')} hint={t('verdict.falseHint')} reasons={reasonKeys.slice(0, falseReasons.length)} disabled={other !== null} onReject={props.onReject} />
      <Reasons title={t('verdict.unfiled')} hint={t('verdict.unfiledHint')} reasons={reasonKeys.slice(falseReasons.length)} disabled={other !== null} onReject={props.onReject} />
    </div>
  );
}

interface ReasonsProps {
  readonly title: string;
  readonly hint: string;
  readonly reasons: readonly (readonly [string, RejectionReason])[];
  readonly disabled: boolean;
  readonly onReject: (reason: RejectionReason) => void;
}

function Reasons({ title, hint, reasons, disabled, onReject }: ReasonsProps) {
  const { t } = useTranslation();
  return (
    <fieldset className="reasons" disabled={disabled}>
      <Tooltip title={hint} placement="left"><legend>{title}</legend></Tooltip>
      {reasons.map(([key, reason]) => <Button key={reason} size="small" onClick={() => onReject(reason)} data-testid={`reject-reason-${reason}`}><kbd>{key}</kbd><span className="clip-text">{t(`reason.${reason}`)}</span></Button>)}
    </fieldset>
  );
}

/** What was decided, by whom, and what came of it. */
function Settled({ alert }: { readonly alert: AlertView }) {
  const { t } = useTranslation();
  const { verdict } = alert;
  return (
    <div className="verdict settled" data-testid="verdict-settled" data-state={alert.state}>
      <p><b>{t(`alert.state.${alert.state}`)}</b>{verdict !== null && verdict.reason !== null && ` · ${t(`reason.${verdict.reason}`)}`}{verdict !== null && verdict.subclass !== null && ` · ${verdict.subclass.name}`}</p>
      {verdict !== null && <p className="dim num">{verdict.by.name} · {moment(verdict.at)}</p>}
      {alert.case !== null && <p><Link to={`/cases/${alert.case.id}`}>{t('verdict.toCase', { number: alert.case.number })}</Link></p>}
    </div>
  );
}
