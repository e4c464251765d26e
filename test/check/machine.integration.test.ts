import { describeLayoutOfMachines } from './support/describe-layout.js';

describeLayoutOfMachines('machine');
