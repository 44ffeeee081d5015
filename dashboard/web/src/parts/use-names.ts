import { useTranslation } from 'react-i18next';
import { useUnits } from '../api/places.ts';

interface NamedType {
  readonly eventType: string | null;
  readonly eventTypeName: string | null;
  readonly eventTypeNameEn: string | null;
}

/** Name of an event type in the language of the page. */
export function useEventTypeName(): (of: NamedType) => string {
  const { t, i18n } = useTranslation();
  return (of) => (i18n.language === 'en' ? (of.eventTypeNameEn ?? of.eventTypeName) : of.eventTypeName) ?? of.eventType ?? t('common.unknownType');
}

/** Name of a unit by its id, in the language of the page; what is no id stays as it is. */
export function useUnitName(): (id: string) => string {
  const { i18n } = useTranslation();
  const { data: units } = useUnits();
  return (id) => {
    const unit = units?.find((one) => one.id === id);
    return (i18n.language === 'en' ? (unit?.nameEn ?? unit?.name) : unit?.name) ?? id;
  };
}
