import { defineConfig } from 'drizzle-kit';

// `npm run db:generate --workspace apps/server -- --name what-changes` writes the next migration from the schema.
export default defineConfig({
  dialect: 'postgresql',
  schema: [
    './src/db/schema.ts',
    './src/db/avatar-parts-schema.ts',
    './src/db/account-schema.ts',
    './src/db/usage-schema.ts',
    './src/db/making-schema.ts',
    './src/db/film-schema.ts',
    './src/db/voice-schema.ts',
  ],
  out: './src/db/migrations',
});
