import { Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import type { CaseState } from '../../../../domain/case.ts';

const backwards: readonly CaseState[] = ['rework', 'returned', 'disputed'];

/** Grey for the normal way; only what went backwards gets a colour. */
export function CaseStateTag({ state }: { readonly state: CaseState }) {
  const { t } = useTranslation();
  return <Tag color={backwards.includes(state) ? 'warning' : 'default'} variant="filled" data-testid="case-state" data-state={state}>{t(`case.state.${state}`)}</Tag>;
}
