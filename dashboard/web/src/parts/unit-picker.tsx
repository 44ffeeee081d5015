import { Select } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useUnits } from '../api/places.ts';

interface UnitPickerProps {
  readonly id?: string;
  readonly value?: string | readonly string[];
  readonly onChange?: (value: string | string[]) => void;
  readonly many?: boolean;
  /** Unit that category and place suggest: stands first and says so. */
  readonly suggested?: string | undefined;
}

export function UnitPicker({ id, value, onChange, many = false, suggested }: UnitPickerProps) {
  const { t, i18n } = useTranslation();
  const { data: units, isPending } = useUnits();
  const options = useMemo(() => (units ?? [])
    .filter((unit) => unit.kind !== 'centre' && unit.kind !== 'office')
    .map((unit) => {
      const name = i18n.language === 'en' ? (unit.nameEn ?? unit.name) : unit.name;
      return { value: unit.id, label: unit.id === suggested ? t('unit.suggested', { name }) : name, search: `${unit.name} ${unit.nameEn ?? ''} ${unit.id}`.toLowerCase() };
    })
    .sort((a, b) => Number(b.value === suggested) - Number(a.value === suggested)), [units, suggested, i18n.language, t]);
  return (
    <Select
      {...(id === undefined ? {} : { id })} {...(many ? { mode: 'multiple' as const } : {})} value={(value ?? null) as string | string[] | null} {...(onChange === undefined ? {} : { onChange })}
      options={options} loading={isPending} allowClear={many} placeholder={t('unit.pick')} data-testid={many ? 'co-unit-picker' : 'unit-picker'}
      showSearch={{ filterOption: (text, option) => option?.search.includes(text.toLowerCase()) ?? false }}
    />
  );
}
