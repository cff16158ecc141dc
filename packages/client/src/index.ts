export { makeClient, type Client, type ClientOptions } from './client.ts';
