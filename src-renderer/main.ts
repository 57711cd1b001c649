/** Entry of the dashboard. */
import './theme/tokens.css';
import './theme/base.css';
import { mount } from 'svelte';
import { App } from './models/app.svelte.ts';
import Shell from './views/Shell.svelte';

declare global {
  interface Window {
    __quorumLabIdle: () => Promise<void>;
  }
}

const app = new App(window);
window.__quorumLabIdle = () => app.idle();

const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no #app');
mount(Shell, { target, props: { app } });
