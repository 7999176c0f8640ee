//! Renderers of outcomes and diagnostics: terminal, JSON, HTML with SVG
