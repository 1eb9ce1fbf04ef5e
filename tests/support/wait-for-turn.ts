import { once } from 'node:events';
import { connect } from 'node:net';
import { inject } from 'vitest';

// A file that measures what a neighbour notices begins when no other such file runs; its turn ends with this process.
const turn = connect(inject('turnsPort'), '127.0.0.1');
await once(turn, 'data');
turn.unref();
