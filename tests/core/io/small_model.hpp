#pragma once

#include <fstream>
#include <string>

#include "support/paths.hpp"

namespace coxa::test {

/// A leg of two bodies and a patella, with one of every element that the reader supports.
inline const std::string kSmallModel = R"(<?xml version="1.0" encoding="UTF-8" ?>
<OpenSimDocument Version="40000">
  <Model name="small">
    <!-- a comment -->
    <credits>nobody</credits>
    <length_units>meters</length_units>
    <gravity>0 -9.81 0</gravity>
    <Ground name="ground">
      <WrapObjectSet name="wrapobjectset"><objects>
        <WrapCylinder name="pole">
          <translation>1 0 0</translation><quadrant>-x</quadrant><radius>0.05</radius><length>0.5</length>
        </WrapCylinder>
      </objects><groups /></WrapObjectSet>
    </Ground>
    <BodySet name="bodyset"><objects>
      <Body name="cap"><mass>0.1</mass><mass_center>0 0 0</mass_center><inertia>1e-5 1e-5 1e-5 0 0 0</inertia></Body>
      <Body name="thigh">
        <components>
          <PhysicalOffsetFrame name="distal">
            <socket_parent>..</socket_parent>
            <translation>0 -0.4 0</translation><orientation>0 0 0.5</orientation>
            <components>
              <PhysicalOffsetFrame name="more">
                <socket_parent>..</socket_parent><translation>0.1 0 0</translation><orientation>0.2 0 0</orientation>
              </PhysicalOffsetFrame>
            </components>
            <WrapObjectSet name="wrapobjectset"><objects>
              <WrapCylinder name="condyle">
                <active>false</active><xyz_body_rotation>0.1 0.2 0.3</xyz_body_rotation>
                <translation>0 0.01 0</translation><quadrant>all</quadrant><radius>0.02</radius><length>0.1</length>
              </WrapCylinder>
            </objects></WrapObjectSet>
          </PhysicalOffsetFrame>
        </components>
        <mass>8</mass><mass_center>0 -0.2 0</mass_center><inertia>0.1 0.02 0.11 0.001 0.002 0.003</inertia>
      </Body>
      <Body name="shank"><mass>3.5</mass><mass_center>0 -0.18 0</mass_center><inertia>0.05 0.005 0.051 0 0 0</inertia></Body>
    </objects><groups /></BodySet>
    <JointSet name="jointset"><objects>
      <CustomJoint name="knee">
        <socket_parent_frame>thigh_offset</socket_parent_frame>
        <socket_child_frame>shank_offset</socket_child_frame>
        <coordinates>
          <Coordinate name="knee_angle">
            <default_value>-3</default_value><range>-2 0.1</range><clamped>true</clamped>
            <locked>false</locked><prescribed_function /><prescribed>false</prescribed>
          </Coordinate>
        </coordinates>
        <frames>
          <PhysicalOffsetFrame name="thigh_offset">
            <socket_parent>/bodyset/thigh</socket_parent><translation>0 -0.4 0</translation><orientation>0 1.5707963267948966 0.3</orientation>
          </PhysicalOffsetFrame>
          <PhysicalOffsetFrame name="shank_offset">
            <socket_parent>../../../bodyset/shank</socket_parent><translation>0 0 0</translation><orientation>0 0 0</orientation>
          </PhysicalOffsetFrame>
        </frames>
        <SpatialTransform>
          <TransformAxis name="rotation1">
            <coordinates>knee_angle</coordinates><axis>0 0 2</axis>
            <LinearFunction name="function"><coefficients>1 0</coefficients></LinearFunction>
          </TransformAxis>
          <TransformAxis name="rotation2">
            <coordinates>knee_angle</coordinates><axis>0.6 0.8 0</axis>
            <PolynomialFunction name="function"><coefficients>0.1 0.2 0.3</coefficients></PolynomialFunction>
          </TransformAxis>
          <TransformAxis name="rotation3"><coordinates></coordinates><axis>1 0 0</axis><Constant><value>0</value></Constant></TransformAxis>
          <TransformAxis name="translation1">
            <coordinates>knee_angle</coordinates><axis>1 0 0</axis>
            <MultiplierFunction name="function">
              <function><SimmSpline name="function"><x>-2 -1 0 0.5 1</x><y>0 0.1 0.3 0.2 0.2</y></SimmSpline></function>
              <scale>1.5</scale>
            </MultiplierFunction>
          </TransformAxis>
          <TransformAxis name="translation2"><coordinates /><axis>0 1 0</axis><Constant><value>0.01</value></Constant></TransformAxis>
        </SpatialTransform>
      </CustomJoint>
      <GimbalJoint name="hip">
        <socket_parent_frame>/ground</socket_parent_frame>
        <socket_child_frame>/bodyset/thigh</socket_child_frame>
        <coordinates>
          <Coordinate name="hip_x"><range>-1 1</range></Coordinate>
          <Coordinate name="hip_y"><range>-1 1</range><locked>true</locked><default_value>0.25</default_value></Coordinate>
          <Coordinate name="hip_z" />
        </coordinates>
      </GimbalJoint>
      <SliderJoint name="patella">
        <socket_parent_frame>/bodyset/thigh/distal/more</socket_parent_frame>
        <socket_child_frame>/bodyset/cap</socket_child_frame>
        <coordinates><Coordinate name="cap_slide"><range>-1 1</range></Coordinate></coordinates>
      </SliderJoint>
    </objects><groups /></JointSet>
    <ConstraintSet name="constraintset"><objects>
      <CoordinateCouplerConstraint name="slide">
        <isEnforced>true</isEnforced>
        <coupled_coordinates_function><LinearFunction><coefficients>0.1 0.2</coefficients></LinearFunction></coupled_coordinates_function>
        <independent_coordinate_names>knee_angle</independent_coordinate_names>
        <dependent_coordinate_name>cap_slide</dependent_coordinate_name>
        <scale_factor>2</scale_factor>
      </CoordinateCouplerConstraint>
      <PointConstraint name="loose"><isEnforced>false</isEnforced></PointConstraint>
    </objects></ConstraintSet>
    <ForceSet name="forceset">
      <objects>
        <Millard2012EquilibriumMuscle name="quad_r">
          <GeometryPath name="geometrypath">
            <PathPointSet><objects>
              <PathPoint name="q1"><socket_parent_frame>/ground</socket_parent_frame><location>0.05 0 0</location></PathPoint>
              <ConditionalPathPoint name="q2">
                <socket_parent_frame>/bodyset/thigh/distal</socket_parent_frame><location>0.03 0 0</location>
                <socket_coordinate>/jointset/knee/knee_angle</socket_coordinate><range>-2 -1</range>
              </ConditionalPathPoint>
              <MovingPathPoint name="q3">
                <socket_parent_frame>/bodyset/shank</socket_parent_frame>
                <socket_x_coordinate>/jointset/knee/knee_angle</socket_x_coordinate>
                <socket_y_coordinate>/jointset/knee/knee_angle</socket_y_coordinate>
                <socket_z_coordinate>/jointset/knee/knee_angle</socket_z_coordinate>
                <x_location><SimmSpline><x>-2 0 1</x><y>0.03 0.04 0.06</y></SimmSpline></x_location>
                <y_location><LinearFunction><coefficients>0.01 -0.03</coefficients></LinearFunction></y_location>
                <z_location><Constant><value>0.002</value></Constant></z_location>
              </MovingPathPoint>
              <PathPoint name="q4"><socket_parent_frame>/bodyset/shank</socket_parent_frame><location>0.03 -0.1 0</location></PathPoint>
            </objects></PathPointSet>
            <PathWrapSet><objects>
              <PathWrap name="w1"><wrap_object>condyle</wrap_object><method>hybrid</method><range>1 3</range></PathWrap>
              <PathWrap name="w2"><wrap_object>pole</wrap_object><range>-1 -1</range></PathWrap>
            </objects></PathWrapSet>
          </GeometryPath>
          <max_isometric_force>3000</max_isometric_force>
          <optimal_fiber_length>0.08</optimal_fiber_length>
          <tendon_slack_length>0.3</tendon_slack_length>
          <pennation_angle_at_optimal>0.1</pennation_angle_at_optimal>
          <max_contraction_velocity>12</max_contraction_velocity>
          <minimum_activation>0.02</minimum_activation>
          <ActiveForceLengthCurve><min_norm_active_fiber_length>0.3</min_norm_active_fiber_length></ActiveForceLengthCurve>
          <FiberForceLengthCurve><strain_at_one_norm_force>0.5</strain_at_one_norm_force></FiberForceLengthCurve>
          <TendonForceLengthCurve />
        </Millard2012EquilibriumMuscle>
        <Millard2012EquilibriumMuscle name="plain_l">
          <GeometryPath name="path"><PathPointSet><objects>
            <PathPoint name="p1"><socket_parent_frame>/ground</socket_parent_frame><location>0 0 0.1</location></PathPoint>
            <PathPoint name="p2"><socket_parent_frame>/bodyset/thigh</socket_parent_frame><location>0 -0.3 0</location></PathPoint>
          </objects></PathPointSet></GeometryPath>
        </Millard2012EquilibriumMuscle>
        <Thelen2003Muscle name="asleep"><appliesForce>false</appliesForce></Thelen2003Muscle>
        <CoordinateActuator name="hip_motor"><coordinate>hip_x</coordinate><optimal_force>50</optimal_force><min_control>-2</min_control><max_control>3</max_control></CoordinateActuator>
        <CoordinateActuator name="reserve"><coordinate>hip_z</coordinate><optimal_force>1</optimal_force><min_control>-Inf</min_control><max_control>Inf</max_control></CoordinateActuator>
        <CoordinateActuator name="on_locked"><coordinate>hip_y</coordinate><min_control>-1</min_control><max_control>1</max_control></CoordinateActuator>
      </objects>
      <groups>
        <ObjectGroup name="extensors_r"><members>quad_r hip_motor</members></ObjectGroup>
        <ObjectGroup name="all"><members> plain_l quad_r </members></ObjectGroup>
        <ObjectGroup name="motors"><members>hip_motor</members></ObjectGroup>
      </groups>
    </ForceSet>
    <MarkerSet name="markerset"><objects>
      <Marker name="knee_mark"><socket_parent_frame>/bodyset/thigh/distal/more</socket_parent_frame><location>0 0 0.05</location><fixed>true</fixed></Marker>
    </objects></MarkerSet>
    <ControllerSet name="controllerset"><objects /></ControllerSet>
  </Model>
</OpenSimDocument>
)";

/// The running test's own folder, emptied once per test.
inline std::filesystem::path folder() {
  static std::filesystem::path made;
  static const testing::TestInfo* owner = nullptr;
  const testing::TestInfo* running = testing::UnitTest::GetInstance()->current_test_info();
  if (owner != running) made = scratch_dir();
  owner = running;
  return made;
}

/// Writes bytes to a file in the running test's own folder.
inline std::filesystem::path write_file(const std::string& name, const std::string& bytes) {
  const std::filesystem::path path = folder() / name;
  std::filesystem::remove(path);  // some file systems are slow to truncate and rewrite a file
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

/// The small model with the first occurrence of `from` replaced.
inline std::string edited(const std::string& from, const std::string& to) {
  std::string text = kSmallModel;
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << "the small model does not hold " << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

}  // namespace coxa::test
