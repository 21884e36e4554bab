;; The inner loops of a number column's profile, over up to 2048 values at once. number-kernel.ts is made from this file
;; by `npm run generate`, and number-summary.ts calls it. All columns of a profile share one memory:
;;
;;     0  values: 2048 doubles and room to fill up to a multiple of four
;; 16512  valid: one bit per value, lowest first
;; 32768  the states of the columns, one after the other
;;
;; A state (offsets in bytes):
;;     0  rows without a value, NaN, +infinity, -infinity: i64 each, counted on
;;    32  least and largest finite value so far: f64 each
;;    48  of the last call: finite values (i32 at 48), their sum (f64 at 56), squared deviations from their mean (f64 at 64)
;;    72  filled slots of the histogram's table: i32
;;    76  shift: how many bits of a key the histogram's grid leaves out: i32
;;   128  HyperLogLog registers: 1024 bytes
;;  2048  the histogram's table: 8192 slots of a key (i32, 0x7fffffff where there is none) and a count (i64 at 8)
(module
  (memory (export "memory") 1)

  ;; Adds `rows` values to a state. `masked` is 0 when every one of them is valid.
  (func (export "add") (param $state i32) (param $rows i32) (param $masked i32)
    (local $kept i32)
    (local.set $kept (local.get $rows))
    (if (i32.or (local.get $masked) (i32.eqz (call $allFinite (local.get $rows))))
      (then (local.set $kept (call $keepFinite (local.get $state) (local.get $rows) (local.get $masked)))))
    (i32.store offset=48 (local.get $state) (local.get $kept))
    (if (i32.eqz (local.get $kept)) (then (return)))
    (call $sums (local.get $state) (local.get $kept))
    (call $deviations (local.get $state) (local.get $kept))
    (call $distinct (i32.add (local.get $state) (i32.const 128)) (local.get $kept))
    (call $bins (local.get $state) (local.get $kept)))

  (func $allFinite (param $rows i32) (result i32)
    (local $at i32) (local $end i32) (local $finite v128)
    (local.set $finite (v128.const i64x2 -1 -1))
    (local.set $end (i32.shl (local.get $rows) (i32.const 3)))
    ;; An odd number of values is looked at with a zero behind them.
    (f64.store (local.get $end) (f64.const 0))
    (loop $next
      (local.set $finite (v128.and (local.get $finite)
        (f64x2.lt (f64x2.abs (v128.load (local.get $at))) (v128.const f64x2 inf inf))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
    (i64x2.all_true (local.get $finite)))

  ;; Moves the finite values to the front and counts the others. Returns how many are finite.
  (func $keepFinite (param $state i32) (param $rows i32) (param $masked i32) (result i32)
    (local $row i32) (local $to i32) (local $value f64)
    (loop $next
      (if (i32.and (local.get $masked) (i32.eqz (i32.and (i32.const 1)
            (i32.shr_u (i32.load8_u offset=16512 (i32.shr_u (local.get $row) (i32.const 3)))
                       (i32.and (local.get $row) (i32.const 7))))))
        (then (call $count (local.get $state)))
        (else
          (local.set $value (f64.load (i32.shl (local.get $row) (i32.const 3))))
          (if (f64.lt (f64.abs (local.get $value)) (f64.const inf))
            (then
              (f64.store (local.get $to) (local.get $value))
              (local.set $to (i32.add (local.get $to) (i32.const 8))))
            (else
              (if (f64.ne (local.get $value) (local.get $value))
                (then (call $count (i32.add (local.get $state) (i32.const 8))))
                (else (call $count (i32.add (local.get $state)
                  (select (i32.const 16) (i32.const 24) (f64.gt (local.get $value) (f64.const 0)))))))))))
      (local.set $row (i32.add (local.get $row) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $row) (local.get $rows))))
    (i32.shr_u (local.get $to) (i32.const 3)))

  (func $count (param $at i32)
    (i64.store (local.get $at) (i64.add (i64.load (local.get $at)) (i64.const 1))))

  ;; Sum and extremes. Adding 0 turns -0 into 0: they are one number and belong in one bin. Four values at a time; what is
  ;; left over is added one by one.
  (func $sums (param $state i32) (param $kept i32)
    (local $at i32) (local $end i32) (local $value f64) (local $sum f64) (local $least f64) (local $most f64)
    (local $a v128) (local $b v128) (local $sumA v128) (local $sumB v128) (local $low v128) (local $high v128)
    (local.set $end (i32.shl (i32.and (local.get $kept) (i32.const -4)) (i32.const 3)))
    (local.set $low (f64x2.splat (f64.load offset=32 (local.get $state))))
    (local.set $high (f64x2.splat (f64.load offset=40 (local.get $state))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $a (f64x2.add (v128.load (local.get $at)) (v128.const f64x2 0 0)))
        (local.set $b (f64x2.add (v128.load offset=16 (local.get $at)) (v128.const f64x2 0 0)))
        (v128.store (local.get $at) (local.get $a))
        (v128.store offset=16 (local.get $at) (local.get $b))
        (local.set $sumA (f64x2.add (local.get $sumA) (local.get $a)))
        (local.set $sumB (f64x2.add (local.get $sumB) (local.get $b)))
        (local.set $low (f64x2.pmin (f64x2.pmin (local.get $low) (local.get $a)) (local.get $b)))
        (local.set $high (f64x2.pmax (f64x2.pmax (local.get $high) (local.get $a)) (local.get $b)))
        (local.set $at (i32.add (local.get $at) (i32.const 32)))
        (br $next)))
    (local.set $sumA (f64x2.add (local.get $sumA) (local.get $sumB)))
    (local.set $sum (f64.add (f64x2.extract_lane 0 (local.get $sumA)) (f64x2.extract_lane 1 (local.get $sumA))))
    (local.set $least (f64.min (f64x2.extract_lane 0 (local.get $low)) (f64x2.extract_lane 1 (local.get $low))))
    (local.set $most (f64.max (f64x2.extract_lane 0 (local.get $high)) (f64x2.extract_lane 1 (local.get $high))))
    (local.set $end (i32.shl (local.get $kept) (i32.const 3)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $value (f64.add (f64.load (local.get $at)) (f64.const 0)))
        (f64.store (local.get $at) (local.get $value))
        (local.set $sum (f64.add (local.get $sum) (local.get $value)))
        (local.set $least (f64.min (local.get $least) (local.get $value)))
        (local.set $most (f64.max (local.get $most) (local.get $value)))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br $next)))
    (f64.store offset=32 (local.get $state) (local.get $least))
    (f64.store offset=40 (local.get $state) (local.get $most))
    (f64.store offset=56 (local.get $state) (local.get $sum)))

  ;; Squared deviations from the mean, in a pass of their own: exact where a single pass would cancel.
  (func $deviations (param $state i32) (param $kept i32)
    (local $at i32) (local $end i32) (local $mean f64) (local $means v128) (local $value f64) (local $squares f64)
    (local $a v128) (local $b v128) (local $sumA v128) (local $sumB v128)
    (local.set $mean (f64.div (f64.load offset=56 (local.get $state)) (f64.convert_i32_u (local.get $kept))))
    (local.set $means (f64x2.splat (local.get $mean)))
    (local.set $end (i32.shl (i32.and (local.get $kept) (i32.const -4)) (i32.const 3)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $a (f64x2.sub (v128.load (local.get $at)) (local.get $means)))
        (local.set $b (f64x2.sub (v128.load offset=16 (local.get $at)) (local.get $means)))
        (local.set $sumA (f64x2.add (local.get $sumA) (f64x2.mul (local.get $a) (local.get $a))))
        (local.set $sumB (f64x2.add (local.get $sumB) (f64x2.mul (local.get $b) (local.get $b))))
        (local.set $at (i32.add (local.get $at) (i32.const 32)))
        (br $next)))
    (local.set $sumA (f64x2.add (local.get $sumA) (local.get $sumB)))
    (local.set $squares (f64.add (f64x2.extract_lane 0 (local.get $sumA)) (f64x2.extract_lane 1 (local.get $sumA))))
    (local.set $end (i32.shl (local.get $kept) (i32.const 3)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $value (f64.sub (f64.load (local.get $at)) (local.get $mean)))
        (local.set $squares (f64.add (local.get $squares) (f64.mul (local.get $value) (local.get $value))))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br $next)))
    (f64.store offset=64 (local.get $state) (local.get $squares)))

  ;; HyperLogLog: the lowest ten bits of one hash of a double's halves choose a register, which keeps the largest rank
  ;; (leading zeros + 1) of another hash; four values at a time. A value whose rank is no larger than the least register changes
  ;; nothing, and almost none is once the registers have filled: only the others are looked at one by one.
  (func $distinct (param $sketch i32) (param $kept i32)
    (local $at i32) (local $end i32) (local $most v128)
    (local $a v128) (local $b v128) (local $low v128) (local $high v128) (local $first v128) (local $second v128)
    (local.set $end (i32.shl (local.get $kept) (i32.const 3)))
    ;; The last value again, up to a multiple of four: the sketch is blind to repetition.
    (v128.store (local.get $end) (v128.load64_splat (i32.sub (local.get $end) (i32.const 8))))
    (v128.store offset=16 (local.get $end) (v128.load (local.get $end)))
    ;; A hash with the rank r + 1 is at most 2^(32 - r) - 1.
    (local.set $most (i32x4.splat (i32.shr_u (i32.const -1) (call $leastRegister (local.get $sketch)))))
    (loop $next
      (local.set $a (v128.load (local.get $at)))
      (local.set $b (v128.load offset=16 (local.get $at)))
      (local.set $low (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get $a) (local.get $b)))
      (local.set $high (i8x16.shuffle 4 5 6 7 12 13 14 15 20 21 22 23 28 29 30 31 (local.get $a) (local.get $b)))
      (local.set $first (call $mixed (v128.xor
        (i32x4.mul (local.get $high) (i32x4.splat (i32.const 0x85ebca6b)))
        (call $mixed (v128.xor (local.get $low) (i32x4.splat (i32.const 0x9e3779b9)))))))
      (local.set $second (call $mixed (v128.xor (v128.xor (local.get $first) (local.get $high))
        (i32x4.mul (local.get $low) (i32x4.splat (i32.const 0xc2b2ae35))))))
      (if (v128.any_true (i32x4.le_u (local.get $second) (local.get $most)))
        (then
          (call $note (local.get $sketch) (i32x4.extract_lane 0 (local.get $first)) (i32x4.extract_lane 0 (local.get $second)))
          (call $note (local.get $sketch) (i32x4.extract_lane 1 (local.get $first)) (i32x4.extract_lane 1 (local.get $second)))
          (call $note (local.get $sketch) (i32x4.extract_lane 2 (local.get $first)) (i32x4.extract_lane 2 (local.get $second)))
          (call $note (local.get $sketch) (i32x4.extract_lane 3 (local.get $first)) (i32x4.extract_lane 3 (local.get $second)))))
      (local.set $at (i32.add (local.get $at) (i32.const 32)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $end)))))

  (func $note (param $sketch i32) (param $first i32) (param $second i32)
    (local $at i32) (local $rank i32)
    (local.set $at (i32.add (local.get $sketch) (i32.and (local.get $first) (i32.const 1023))))
    (local.set $rank (i32.add (i32.clz (local.get $second)) (i32.const 1)))
    (if (i32.gt_u (local.get $rank) (i32.load8_u (local.get $at)))
      (then (i32.store8 (local.get $at) (local.get $rank)))))

  ;; The least of the registers, at most 31 so that it can be shifted by.
  (func $leastRegister (param $sketch i32) (result i32)
    (local $at i32) (local $least v128)
    (local.set $least (i8x16.splat (i32.const 31)))
    (loop $next
      (local.set $least (i8x16.min_u (local.get $least) (v128.load (i32.add (local.get $sketch) (local.get $at)))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $at) (i32.const 1024))))
    (local.set $least (i8x16.min_u (local.get $least)
      (i8x16.shuffle 8 9 10 11 12 13 14 15 0 0 0 0 0 0 0 0 (local.get $least) (local.get $least))))
    (local.set $least (i8x16.min_u (local.get $least)
      (i8x16.shuffle 4 5 6 7 0 0 0 0 0 0 0 0 0 0 0 0 (local.get $least) (local.get $least))))
    (local.set $least (i8x16.min_u (local.get $least)
      (i8x16.shuffle 2 3 0 0 0 0 0 0 0 0 0 0 0 0 0 0 (local.get $least) (local.get $least))))
    (i32.and (i32.const 31) (i8x16.extract_lane_u 0 (i8x16.min_u (local.get $least)
      (i8x16.shuffle 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 (local.get $least) (local.get $least))))))

  ;; The finaliser of MurmurHash3.
  (func $mixed (param $h v128) (result v128)
    (local.set $h (v128.xor (local.get $h) (i32x4.shr_u (local.get $h) (i32.const 16))))
    (local.set $h (i32x4.mul (local.get $h) (i32x4.splat (i32.const 0x85ebca6b))))
    (local.set $h (v128.xor (local.get $h) (i32x4.shr_u (local.get $h) (i32.const 13))))
    (local.set $h (i32x4.mul (local.get $h) (i32x4.splat (i32.const 0xc2b2ae35))))
    (v128.xor (local.get $h) (i32x4.shr_u (local.get $h) (i32.const 16))))

  ;; Counts each value in its bin: keyOf() of histogram.ts, shifted to the grid, is looked up in the table, slot after slot
  ;; from its hash on. Neighbouring bins have neighbouring slots, so that the tables of many columns stay in the cache. A call fills at most 2048 new slots, and the caller coarsens the grid when more than 2048 are filled.
  (func $bins (param $state i32) (param $kept i32)
    (local $at i32) (local $end i32) (local $shift i32) (local $table i32) (local $key i32) (local $found i32) (local $slot i32)
    (local.set $end (i32.shl (local.get $kept) (i32.const 3)))
    (local.set $shift (i32.load offset=76 (local.get $state)))
    (local.set $table (i32.add (local.get $state) (i32.const 2048)))
    (loop $next
      (local.set $key (i32.load offset=4 (local.get $at)))
      (local.set $key (i32.shr_s (i32.xor (local.get $key)
          (i32.and (i32.shr_s (local.get $key) (i32.const 31)) (i32.const 0x7fffffff)))
        (local.get $shift)))
      (local.set $slot (i32.shl (i32.and (i32.const 8191)
        (i32.xor (local.get $key) (i32.shr_u (local.get $key) (i32.const 13)))) (i32.const 4)))
      (block $placed
        (loop $probe
          (local.set $found (i32.load (i32.add (local.get $table) (local.get $slot))))
          (br_if $placed (i32.eq (local.get $found) (local.get $key)))
          (if (i32.eq (local.get $found) (i32.const 0x7fffffff))
            (then
              (i32.store (i32.add (local.get $table) (local.get $slot)) (local.get $key))
              (i32.store offset=72 (local.get $state)
                (i32.add (i32.load offset=72 (local.get $state)) (i32.const 1)))
              (br $placed)))
          (local.set $slot (i32.and (i32.add (local.get $slot) (i32.const 16)) (i32.const 131071)))
          (br $probe)))
      (call $count (i32.add (i32.add (local.get $table) (local.get $slot)) (i32.const 8)))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $end)))))
)
