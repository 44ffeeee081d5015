import { Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { finalStates, type CaseState } from '../../../../domain/case.ts';

const urgent: readonly CaseState[] = ['rework', 'returned', 'disputed'];

/** Grey for the normal way; only what went backwards gets a colour. */
export function CaseStateTag({ state }: { readonly state: CaseState }) {
  const { t } = useTranslation();
  const colour = urgent.includes(state) ? 'warning' : finalStates.includes(state) ? 'default' : 'processing';
  return <Tag color={colour} variant="filled" data-testid="case-state" data-state={state}>{t(`case.state.${state}`)}</Tag>;
}
