import { Button, Empty, Skeleton } from 'antd';
import type { TFunction } from 'i18next';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/http.ts';
import './states.css';

/** A skeleton, but only after 200 ms: what comes at once does not flicker. */
export function Loading({ rows = 4, page = false }: { readonly rows?: number; readonly page?: boolean }) {
  const { t } = useTranslation();
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 200);
    return () => clearTimeout(timer);
  }, []);
  if (!late) return <div className={page ? 'state page' : 'state'} aria-busy />;
  return (
    <div className={page ? 'state page' : 'state'} role="status" aria-label={t('state.loading')}>
      <Skeleton active title={false} paragraph={{ rows }} />
    </div>
  );
}

/** What happened and what to do, in the user's language, with the server's own sentence where it gave one. */
export function explain(error: Error, t: TFunction): { readonly what: string; readonly todo: string } {
  if (!(error instanceof ApiError)) return { what: t('error.page'), todo: t('error.pageTodo') };
  const fields = error.errors.map((field) => (field.path === '' ? field.message : `${field.path}: ${field.message}`)).join('; ');
  const what = [error.detail, fields].filter((text) => text !== '').join(' · ');
  switch (error.status) {
    case 0: return { what: t('error.network'), todo: t('error.networkTodo') };
    case 401: return { what: t('error.signedOut'), todo: t('error.signedOutTodo') };
    case 403: return { what: what === '' ? t('error.forbidden') : what, todo: t('error.forbiddenTodo') };
    case 404: return { what: t('error.notFound'), todo: t('error.notFoundTodo') };
    case 409: return { what: what === '' ? t('error.conflict') : what, todo: t('error.conflictTodo') };
    case 413: return { what: t('error.tooLarge'), todo: t('error.tooLargeTodo') };
    case 429: return { what: t('error.tooMany'), todo: t('error.tooManyTodo') };
    case 400:
    case 422: return { what: what === '' ? t('error.invalid') : what, todo: t('error.invalidTodo') };
    default: return { what: t('error.server', { status: error.status }), todo: t('error.serverTodo') };
  }
}

export function Failure({ error, retry, page = false }: { readonly error: Error; readonly retry?: () => void; readonly page?: boolean }) {
  const { t } = useTranslation();
  const { what, todo } = explain(error, t);
  return (
    <div className={page ? 'state failure page' : 'state failure'} role="alert">
      <strong>{what}</strong>
      <p>{todo}</p>
      {retry !== undefined && <Button onClick={retry}>{t('error.retry')}</Button>}
    </div>
  );
}

/** Says what would be here. */
export function Nothing({ title, hint }: { readonly title: string; readonly hint?: ReactNode }) {
  return (
    <div className="state nothing">
      <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={<><strong>{title}</strong>{hint !== undefined && <p>{hint}</p>}</>} />
    </div>
  );
}
