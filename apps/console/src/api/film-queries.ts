import { queryOptions } from '@tanstack/react-query';
import type { CreateGeneration, Generation, GenerationEstimate, UploadLink } from '@visavis/protocol/rest';
import { queryOf, request } from './client.ts';
import type { Page } from './queries.ts';

const pageSize = 12;

/** Of all pages of a project's films. */
export const filmsKey = (projectId: string) => ['films', projectId] as const;

/** A page of films, newest first. */
export const filmsQuery = (projectId: string, cursor: string) =>
  queryOptions({
    queryKey: [...filmsKey(projectId), cursor],
    queryFn: () =>
      request<Page<Generation>>('GET', `/projects/${projectId}/generations${queryOf({ cursor, limit: pageSize })}`),
  });

export const filmQuery = (projectId: string, generationId: string) =>
  queryOptions({
    queryKey: ['film', projectId, generationId],
    queryFn: () => request<Generation>('GET', filmPath(projectId, generationId)),
  });

export const uploadLinkQuery = (projectId: string, uploadId: string) =>
  queryOptions({
    queryKey: ['upload-link', projectId, uploadId],
    queryFn: () => request<UploadLink>('GET', uploadPath(projectId, uploadId)),
    staleTime: 60_000,
  });

/** `order`: as JSON; empty: nothing is asked. What was told of one order stays true. */
export const filmEstimateQuery = (projectId: string, order: string) =>
  queryOptions({
    queryKey: ['film-estimate', projectId, order],
    queryFn: ({ signal }) =>
      request<GenerationEstimate>('POST', `/projects/${projectId}/generations/estimate`, JSON.parse(order), { signal }),
    enabled: order !== '',
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });

/** `key`: the same order under it is the same film, however often it is sent. */
export const orderFilm = (projectId: string, order: CreateGeneration, key: string) =>
  request<Generation>('POST', `/projects/${projectId}/generations`, order, { headers: { 'idempotency-key': key } });

export const cancelFilm = (projectId: string, generationId: string) =>
  request<Generation>('POST', `${filmPath(projectId, generationId)}/cancel`);

export const deleteFilm = (projectId: string, generationId: string) =>
  request('DELETE', filmPath(projectId, generationId));

/** Keeps room for a file of this length. */
export const makeUploadLink = (projectId: string, file: { readonly name: string; readonly bytes: number }) =>
  request<UploadLink>('POST', `/projects/${projectId}/upload-links`, file);

export const deleteUploadLink = (projectId: string, uploadId: string) =>
  request('DELETE', uploadPath(projectId, uploadId));

function filmPath(projectId: string, generationId: string): string {
  return `/projects/${projectId}/generations/${generationId}`;
}

function uploadPath(projectId: string, uploadId: string): string {
  return `/projects/${projectId}/upload-links/${uploadId}`;
}

/** Where members see and hear a file that was sent to a link. */
export function uploadedFileAddress(projectId: string, uploadId: string): string {
  return `/api/v1${uploadPath(projectId, uploadId)}/file`;
}
