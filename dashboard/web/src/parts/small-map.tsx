import type { FeatureCollection } from 'geojson';
import { type GeoJSONSource, Map as MapLibre, Marker, setWorkerUrl, type StyleSpecification } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import 'maplibre-gl/dist/maplibre-gl.css';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Point, Polygon } from '../../../../domain/geometry.ts';
import { useGrids, useUnits } from '../api/places.ts';
import { useGround, type Ground } from '../app/theme.ts';
import './small-map.css';

setWorkerUrl(workerUrl);

const inks: Record<Ground, { ground: string; cell: string; area: string }> = {
  dark: { ground: '#12161b', cell: '#2b343f', area: '#5b6775' },
  light: { ground: '#f4f6f8', cell: '#d5dbe2', area: '#8a95a3' },
};

function style(ground: Ground): StyleSpecification {
  const ink = inks[ground];
  const empty = { type: 'FeatureCollection' as const, features: [] };
  return {
    version: 8,
    sources: { cells: { type: 'geojson', data: empty }, areas: { type: 'geojson', data: empty } },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': ink.ground } },
      { id: 'cells', type: 'line', source: 'cells', paint: { 'line-color': ink.cell, 'line-width': 1 } },
      { id: 'areas', type: 'line', source: 'areas', paint: { 'line-color': ink.area, 'line-width': 1.5 } },
    ],
  };
}

function collection(polygons: readonly Polygon[]): FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: polygons.filter((ring) => ring.length >= 3).map((ring) => ({
      type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [[...ring, ring[0]!].map(([lon, lat]) => [lon, lat])] },
    })),
  };
}

/** A place among the city's own grid cells and areas: no tiles, nothing from outside. Shows coordinates where WebGL is missing. */
export function SmallMap({ point, zoom = 15 }: { readonly point: Point; readonly zoom?: number }) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const ground = useGround();
  const { data: grids } = useGrids();
  const { data: units } = useUnits();
  const [map, setMap] = useState<MapLibre | null>(null);
  const [broken, setBroken] = useState(false);
  const marker = useRef<Marker | null>(null);

  useEffect(() => {
    if (box.current === null) return undefined;
    try {
      const made = new MapLibre({ container: box.current, style: style(ground), center: [point[0], point[1]], zoom, attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false, keyboard: false, fadeDuration: 0 });
      marker.current = new Marker({ color: '#e5484d', scale: 0.7 }).setLngLat([point[0], point[1]]).addTo(made);
      made.on('load', () => setMap(made));
      return () => {
        setMap(null);
        made.remove();
      };
    } catch {
      setBroken(true);
      return undefined;
    }
    // The place moves on the same map, see below.
    // (deliberately not all that it uses)
  }, [ground, zoom]);

  useEffect(() => {
    if (map === null) return;
    void map.getSource<GeoJSONSource>('cells')?.setData(collection((grids ?? []).map((cell) => cell.polygon)));
    void map.getSource<GeoJSONSource>('areas')?.setData(collection((units ?? []).flatMap((unit) => (unit.area === null ? [] : [unit.area]))));
  }, [map, grids, units]);

  const [lon, lat] = point;
  useEffect(() => {
    marker.current?.setLngLat([lon, lat]);
    map?.jumpTo({ center: [lon, lat] });
  }, [map, lon, lat]);

  const cell = `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
  return (
    <div className="small-map" role="img" aria-label={t('map.at', { place: cell })} data-testid="small-map">
      {broken ? <span className="num faint">{cell}</span> : <div ref={box} className="small-map-box" />}
    </div>
  );
}
