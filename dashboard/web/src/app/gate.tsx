import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Navigate, Outlet, useLocation } from 'react-router';
import { toSignIn, useSession } from '../api/session.ts';
import { chosenLanguage, setLanguage } from '../i18n/index.ts';
import { feed } from '../live/feed.ts';
import { keepLevel } from '../live/sync.ts';
import { Failure, Loading } from '../parts/states.tsx';

/** Lets only the signed in pass, and keeps the live connection while they are. */
export function Gate() {
  const { data: session, error, isPending, refetch } = useSession();
  const client = useQueryClient();
  const { pathname, search } = useLocation();
  const userId = session?.user.id;
  const mustChange = session?.user.mustChangePassword ?? false;
  const language = session?.user.language;

  useEffect(() => {
    if (userId === undefined || mustChange) return undefined;
    const stop = keepLevel(client);
    feed.open(() => toSignIn(location.pathname + location.search));
    return () => {
      stop();
      feed.close();
    };
  }, [userId, mustChange, client]);

  useEffect(() => {
    if (language !== undefined && chosenLanguage() === null) void setLanguage(language);
  }, [language]);

  if (isPending) return <Loading page />;
  if (error !== null && session === undefined) return <Failure error={error} retry={() => void refetch()} page />;
  if (session === null || session === undefined) return <Navigate to={`/sign-in?next=${encodeURIComponent(pathname + search)}`} replace />;
  if (mustChange && pathname !== '/password') return <Navigate to="/password" replace />;
  return <Outlet />;
}
