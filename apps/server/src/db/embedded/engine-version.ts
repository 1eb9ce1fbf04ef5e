/** The PostgreSQL major inside the pinned PGlite. A database folder of another major cannot be opened. */
export const EMBEDDED_POSTGRES_MAJOR = 18;
