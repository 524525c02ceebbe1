/** @file The neuron in the tab of a report. */

export const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cg fill='none' stroke='%23a8560f' " +
  "stroke-width='1.4' stroke-linecap='round'%3E%3Cpath d='M8 8L3 2M8 8l5-6M8 8L2 9M8 8l6 1M8 8v7'/%3E%3C/g%3E%3Ccircle cx='8' " +
  "cy='8' r='3' fill='%23a8560f'/%3E%3C/svg%3E";
