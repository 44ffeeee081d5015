import { useRouteError } from 'react-router';
import { Failure } from '../parts/states.tsx';

/** A page threw, or its bundle could not be fetched (a new version was installed, or the network is cut). */
export function PageFailed() {
  const error = useRouteError();
  return <Failure error={error instanceof Error ? error : new Error(String(error))} retry={() => location.reload()} page />;
}
