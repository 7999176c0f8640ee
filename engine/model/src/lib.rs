//! Template equations compiled to a batched evaluator with exact derivatives
