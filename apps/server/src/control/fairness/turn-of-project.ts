/**
 * Whose turn something of `projects` is, in SQL. Work is done in turn among people, not projects, so that a long queue of one in
 * any number of projects holds nobody else up: the owner of a project, of several the first by name of account; a project without
 * one has a turn of its own.
 */
export const TURN_OF_PROJECT = `coalesce(
  (select min(user_id) from project_members where project_id = projects.id and role = 'owner'), projects.id)`;
