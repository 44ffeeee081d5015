import type { CaseMediaView, CaseView } from '../../../../domain/views.ts';

export type GalleryWord = 'compare' | 'original' | 'before' | 'clip' | 'now' | 'report' | 'feedback' | 'verification' | 'recheck';

interface Item {
  readonly key: string;
  readonly thumb: string | null;
  readonly word: GalleryWord;
  readonly at: string | null;
}
export type Shown =
  | (Item & { readonly kind: 'picture'; readonly url: string; readonly drawn: boolean })
  | (Item & { readonly kind: 'compare'; readonly before: string; readonly after: string; readonly afterWord: GalleryWord })
  | (Item & { readonly kind: 'clip'; readonly url: string })
  | (Item & { readonly kind: 'now'; readonly camera: string });

const isPicture = (media: CaseMediaView): boolean => media.mime.startsWith('image/');
const newest = <T extends { readonly at: string }>(all: readonly T[]): T | undefined => all.toSorted((a, b) => (a.at < b.at ? 1 : -1))[0];

/** What there is to see of a case, the most telling first. Annotated copies are left out: boxes are drawn over the original. */
export function galleryOf(view: CaseView, mayWatch: boolean): readonly Shown[] {
  const alert = view.alerts[0];
  const pictures = view.media.filter((media) => isPicture(media) && media.kind !== 'annotated');
  const original = alert?.evidence.original ?? pictures.find((media) => media.kind === 'original')?.url ?? pictures.find((media) => media.part === 'report')?.url ?? null;
  const later = newest([
    ...pictures.filter((media) => media.part === 'feedback' || media.part === 'verification').map((media) => ({ at: media.addedAt, url: media.url, word: media.kind === 'recheck' ? 'recheck' as const : media.part as 'feedback' | 'verification' })),
    ...view.rechecks.flatMap((recheck) => (recheck.picture === null || recheck.answeredAt === null ? [] : [{ at: recheck.answeredAt, url: recheck.picture, word: 'recheck' as const }])),
  ]);
  const items: Shown[] = [];
  if (original !== null && later !== undefined) items.push({ kind: 'compare', key: 'compare', thumb: later.url, word: 'compare', at: later.at, before: original, after: later.url, afterWord: later.word });
  if (original !== null) items.push({ kind: 'picture', key: original, url: original, thumb: original, word: alert === undefined ? 'report' : 'original', at: alert?.raisedAt ?? view.reportedAt, drawn: view.box !== null && alert !== undefined });
  if (alert !== undefined && alert.evidence.before !== null) items.push({ kind: 'picture', key: alert.evidence.before, url: alert.evidence.before, thumb: alert.evidence.before, word: 'before', at: null, drawn: false });
  if (alert !== undefined && alert.evidence.clip !== null) items.push({ kind: 'clip', key: alert.evidence.clip, url: alert.evidence.clip, thumb: null, word: 'clip', at: null });
  const had = new Set(items.flatMap((item) => (item.kind === 'picture' ? [item.url] : [])));
  for (const media of pictures) {
    if (had.has(media.url) || media.kind === 'before' || media.kind === 'original') continue;
    had.add(media.url);
    items.push({ kind: 'picture', key: media.id, url: media.url, thumb: media.url, word: media.kind === 'recheck' ? 'recheck' : media.part === 'evidence' ? 'original' : media.part, at: media.addedAt, drawn: false });
  }
  for (const recheck of view.rechecks) {
    if (recheck.picture === null || had.has(recheck.picture)) continue;
    items.push({ kind: 'picture', key: recheck.id, url: recheck.picture, thumb: recheck.picture, word: 'recheck', at: recheck.answeredAt, drawn: false });
  }
  if (view.camera !== null && mayWatch) items.push({ kind: 'now', key: 'now', camera: view.camera, thumb: null, word: 'now', at: null });
  return items;
}
