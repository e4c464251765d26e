import { describeLayout } from './support/describe-layout.js';

describeLayout('onlyoffice', 35);
