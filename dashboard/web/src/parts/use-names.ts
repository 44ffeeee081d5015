import { useTranslation } from 'react-i18next';

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
