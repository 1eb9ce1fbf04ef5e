/** Ends the help of whatever works on the data of a server. */
export const DATA_NOTE = `Settings of the server, like --data-dir ./data or DATABASE_URL, say whose data is meant; “visavis start --help” lists them.
The embedded database serves one process: stop the server first. With PostgreSQL it may run.`;
