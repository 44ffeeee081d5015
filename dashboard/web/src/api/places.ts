import { useQuery } from '@tanstack/react-query';
import type { CameraView, CatalogueEntry, GridCellView, UnitView } from '../../../../domain/desk-views.ts';
import { request } from './http.ts';

interface Items<T> {
  readonly items: readonly T[];
}

export const cameraKeys = { all: ['cameras'] as const };
const slow = { staleTime: 10 * 60_000 };

export function useCameras() {
  return useQuery({ queryKey: cameraKeys.all, queryFn: async ({ signal }) => (await request<Items<CameraView>>('/api/cameras', { signal })).items });
}

export function useUnits() {
  return useQuery({ queryKey: ['units'], queryFn: async ({ signal }) => (await request<Items<UnitView>>('/api/units', { signal })).items, ...slow });
}

export function useGrids() {
  return useQuery({ queryKey: ['grids'], queryFn: async ({ signal }) => (await request<Items<GridCellView>>('/api/grids', { signal })).items, ...slow });
}

export function useCatalogue() {
  return useQuery({ queryKey: ['catalogue'], queryFn: async ({ signal }) => (await request<Items<CatalogueEntry>>('/api/catalogue', { signal })).items, ...slow });
}

export const snapshotUrl = (camera: string, stamp: number): string => `/api/cameras/${encodeURIComponent(camera)}/snapshot.jpg?t=${stamp}`;
