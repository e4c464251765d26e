import { describeLayout } from './support/describe-layout.js';

describeLayout('plain');
