;; Adds Σ w·x·xᵀ of eight observations to the lower triangle of a matrix, row by row, two sums at a time. Each sum is
;; added to in the order of the observations, multiplied and then added, so that it comes out to the same last bit as
;; one observation after another. An observation of weight 0 adds nothing.
(module
  (memory (export "memory") 1)

  ;; $triangle: byte at which size·(size + 1)/2 doubles begin; $xs: 8·size doubles, one x after another; $weights: 8 doubles.
  (func (export "addProducts") (param $triangle i32) (param $xs i32) (param $weights i32) (param $size i32)
    (local $length i32) (local $row i32) (local $column i32) (local $columns i32) (local $sums v128)
    (local $x0 i32) (local $x1 i32) (local $x2 i32) (local $x3 i32) (local $x4 i32) (local $x5 i32) (local $x6 i32) (local $x7 i32)
    (local $w0 f64) (local $w1 f64) (local $w2 f64) (local $w3 f64) (local $w4 f64) (local $w5 f64) (local $w6 f64) (local $w7 f64)
    (local $a0 v128) (local $a1 v128) (local $a2 v128) (local $a3 v128) (local $a4 v128) (local $a5 v128) (local $a6 v128) (local $a7 v128)

    (local.set $length (i32.shl (local.get $size) (i32.const 3)))
    (local.set $x0 (local.get $xs))
    (local.set $x1 (i32.add (local.get $x0) (local.get $length)))
    (local.set $x2 (i32.add (local.get $x1) (local.get $length)))
    (local.set $x3 (i32.add (local.get $x2) (local.get $length)))
    (local.set $x4 (i32.add (local.get $x3) (local.get $length)))
    (local.set $x5 (i32.add (local.get $x4) (local.get $length)))
    (local.set $x6 (i32.add (local.get $x5) (local.get $length)))
    (local.set $x7 (i32.add (local.get $x6) (local.get $length)))
    (local.set $w0 (f64.load offset=0 (local.get $weights)))
    (local.set $w1 (f64.load offset=8 (local.get $weights)))
    (local.set $w2 (f64.load offset=16 (local.get $weights)))
    (local.set $w3 (f64.load offset=24 (local.get $weights)))
    (local.set $w4 (f64.load offset=32 (local.get $weights)))
    (local.set $w5 (f64.load offset=40 (local.get $weights)))
    (local.set $w6 (f64.load offset=48 (local.get $weights)))
    (local.set $w7 (f64.load offset=56 (local.get $weights)))

    ;; $row and $column are in bytes.
    (loop $rows
      (local.set $a0 (f64x2.splat (f64.mul (local.get $w0) (f64.load (i32.add (local.get $x0) (local.get $row))))))
      (local.set $a1 (f64x2.splat (f64.mul (local.get $w1) (f64.load (i32.add (local.get $x1) (local.get $row))))))
      (local.set $a2 (f64x2.splat (f64.mul (local.get $w2) (f64.load (i32.add (local.get $x2) (local.get $row))))))
      (local.set $a3 (f64x2.splat (f64.mul (local.get $w3) (f64.load (i32.add (local.get $x3) (local.get $row))))))
      (local.set $a4 (f64x2.splat (f64.mul (local.get $w4) (f64.load (i32.add (local.get $x4) (local.get $row))))))
      (local.set $a5 (f64x2.splat (f64.mul (local.get $w5) (f64.load (i32.add (local.get $x5) (local.get $row))))))
      (local.set $a6 (f64x2.splat (f64.mul (local.get $w6) (f64.load (i32.add (local.get $x6) (local.get $row))))))
      (local.set $a7 (f64x2.splat (f64.mul (local.get $w7) (f64.load (i32.add (local.get $x7) (local.get $row))))))
      (local.set $column (i32.const 0))
      (local.set $columns (i32.and (i32.add (local.get $row) (i32.const 8)) (i32.const -16)))
      (if (local.get $columns) (then
        (loop $pairs
          (local.set $sums (v128.load (local.get $triangle)))
          (local.set $sums (f64x2.add (local.get $sums) (f64x2.mul (local.get $a0) (v128.load (i32.add (local.get $x0) (local.get $column))))))
          (local.set $sums (f64x2.add (local.get $sums) (f64x2.mul (local.get $a1) (v128.load (i32.add (local.get $x1) (local.get $column))))))
          (local.set $sums (f64x2.add (local.get $sums) (f64x2.mul (local.get $a2) (v128.load (i32.add (local.get $x2) (local.get $column))))))
          (local.set $sums (f64x2.add (local.get $sums) (f64x2.mul (local.get $a3) (v128.load (i32.add (local.get $x3) (local.get $column))))))
          (local.set $sums (f64x2.add (local.get $sums) (f64x2.mul (local.get $a4) (v128.load (i32.add (local.get $x4) (local.get $column))))))
          (local.set $sums (f64x2.add (local.get $sums) (f64x2.mul (local.get $a5) (v128.load (i32.add (local.get $x5) (local.get $column))))))
          (local.set $sums (f64x2.add (local.get $sums) (f64x2.mul (local.get $a6) (v128.load (i32.add (local.get $x6) (local.get $column))))))
          (local.set $sums (f64x2.add (local.get $sums) (f64x2.mul (local.get $a7) (v128.load (i32.add (local.get $x7) (local.get $column))))))
          (v128.store (local.get $triangle) (local.get $sums))
          (local.set $triangle (i32.add (local.get $triangle) (i32.const 16)))
          (local.set $column (i32.add (local.get $column) (i32.const 16)))
          (br_if $pairs (i32.lt_u (local.get $column) (local.get $columns))))))

      ;; Every other row has an odd number of sums: the last one, of which both lanes hold the same.
      (if (i32.eqz (i32.and (local.get $row) (i32.const 8))) (then
        (local.set $sums (v128.load64_splat (local.get $triangle)))
        (local.set $sums (f64x2.add (local.get $sums) (f64x2.mul (local.get $a0) (v128.load64_splat (i32.add (local.get $x0) (local.get $column))))))
        (local.set $sums (f64x2.add (local.get $sums) (f64x2.mul (local.get $a1) (v128.load64_splat (i32.add (local.get $x1) (local.get $column))))))
        (local.set $sums (f64x2.add (local.get $sums) (f64x2.mul (local.get $a2) (v128.load64_splat (i32.add (local.get $x2) (local.get $column))))))
        (local.set $sums (f64x2.add (local.get $sums) (f64x2.mul (local.get $a3) (v128.load64_splat (i32.add (local.get $x3) (local.get $column))))))
        (local.set $sums (f64x2.add (local.get $sums) (f64x2.mul (local.get $a4) (v128.load64_splat (i32.add (local.get $x4) (local.get $column))))))
        (local.set $sums (f64x2.add (local.get $sums) (f64x2.mul (local.get $a5) (v128.load64_splat (i32.add (local.get $x5) (local.get $column))))))
        (local.set $sums (f64x2.add (local.get $sums) (f64x2.mul (local.get $a6) (v128.load64_splat (i32.add (local.get $x6) (local.get $column))))))
        (local.set $sums (f64x2.add (local.get $sums) (f64x2.mul (local.get $a7) (v128.load64_splat (i32.add (local.get $x7) (local.get $column))))))
        (f64.store (local.get $triangle) (f64x2.extract_lane 0 (local.get $sums)))
        (local.set $triangle (i32.add (local.get $triangle) (i32.const 8)))))

      (local.set $row (i32.add (local.get $row) (i32.const 8)))
      (br_if $rows (i32.lt_u (local.get $row) (local.get $length))))))
