/** @file cajal/plot: figures and reports as data, drawn to HTML. */

export { checkFigure } from "./check-figure.ts";
export type {
  Cell,
  Figure,
  GraphFigure,
  HeatMap,
  ImageGrid,
  Mark,
  MarkName,
  Panels,
  PlotFigure,
  Raster,
  Row,
  Scale,
} from "./figure.ts";
export type {
  NeuronReport,
  ReportExemplar,
  ReportLayer,
  ReportMap,
  ReportNeuron,
  ReportPicture,
} from "./neuron-report.ts";
export { type RenderOptions, renderFigure } from "./render-figure.ts";
export { renderNeuronReport } from "./report/render.ts";
