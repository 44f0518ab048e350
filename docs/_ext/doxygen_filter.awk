# What Doxygen reads instead of a header.

# "@throws A, B if ..." is prose here; Doxygen would take every name before the text for one exception, and lose some
/\/\/\/.*@throws / {
  indent = $0
  sub(/\/\/\/.*/, "", indent)
  before = $0
  sub(/ *@throws .*/, "", before)
  if (before != indent "///") print before
  sub(/.*@throws /, "")
  print indent "/// @par Throws"
  print indent "/// " $0
  next
}

# what stands behind a member ("double mass = 0;  // kg") documents it, with the lines aligned below
{ column = index($0, "// ") }
/[;,] +\/\/ / && !/^ *\/\// { sub(/\/\/ /, "///< "); print; above = column; next }
above && column == above && /^ *\/\/ / { sub(/\/\/ /, "///< "); print; next }
{ above = 0; print }
